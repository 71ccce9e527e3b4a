import type { RelayRedis } from '../../nodes/relay-redis';
import { MailListeners } from '../store/mail-listeners';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Client, InFlightPacket, Mailboxes, PacketLimits } from '../store/packet-store';
import type { PacketScripts } from './packet-scripts';

/** A packet waits again after this time, if its node is alive but neither acknowledges nor requeues it. */
const FLIGHT_MS = 120_000;
/** For how long a node is notified after it has found no packet: longer than until it tries again. */
const WAKE_MS = 10_000;

/** The mailboxes that all nodes on one Redis share. */
export class RedisMailboxes implements Mailboxes {
  readonly #mail = new MailListeners();
  #receipts = 0;

  constructor(
    private readonly scripts: PacketScripts,
    private readonly node: string,
    private readonly limits: PacketLimits,
    bus: RelayRedis['bus'],
    /** Repeats a `settle` until it succeeds. */
    private readonly repair: (settle: () => Promise<unknown>) => void,
  ) {
    bus.on('pk-mail', ({ client = '' }) => this.#mail.notify(client));
  }

  async admit({ id, acceptsDebug }: Client, tokenHash: string): Promise<'admitted' | 'full'> {
    const { tokenLifetime, clients } = this.limits;
    const args = [id, tokenHash, acceptsDebug ? '1' : '0', tokenLifetime, clients];
    return (await this.scripts.text('admit', args)) === 'FULL' ? 'full' : 'admitted';
  }

  async identify(tokenHash: string): Promise<Client | undefined> {
    const [id, debug] = await this.scripts.texts('identify', [tokenHash]);
    return id === undefined ? undefined : { id, acceptsDebug: debug === '1' };
  }

  async acceptsDebug(client: string): Promise<boolean> {
    return this.scripts.acceptsDebug(client);
  }

  async put(client: string, packet: Packet): Promise<'stored' | 'full'> {
    const { clientBuffer, clientBytes, tokenLifetime, clients } = this.limits;
    const args = [client, encodePacket(packet), clientBuffer, clientBytes, tokenLifetime, clients];
    return (await this.scripts.text('put', args)) === 'FULL' ? 'full' : 'stored';
  }

  async take(client: string): Promise<InFlightPacket | undefined> {
    this.#receipts += 1;
    const receipt = `${this.node}|${this.#receipts}`;
    try {
      const args = [this.node, client, receipt, FLIGHT_MS, WAKE_MS];
      const [packet, remaining] = await this.scripts.buffers('take', args);
      if (packet === undefined) return undefined;
      return { client, receipt, packet: decodePacket(packet), remaining: Number(remaining) };
    } catch (error) {
      // It may be in flight nevertheless.
      this.repair(() => this.#settle({ client, receipt }, 'lost'));
      throw error;
    }
  }

  acknowledge(inFlight: InFlightPacket): Promise<void> {
    return this.#settle(inFlight, 'arrived');
  }

  requeue(inFlight: InFlightPacket): Promise<void> {
    return this.#settle(inFlight, 'lost');
  }

  onMail(client: string, listener: () => void): () => void {
    return this.#mail.add(client, listener);
  }

  async #settle(
    { client, receipt }: Pick<InFlightPacket, 'client' | 'receipt'>,
    outcome: 'arrived' | 'lost',
  ): Promise<void> {
    const { clientBuffer, clientBytes } = this.limits;
    await this.scripts.text('settle', [client, receipt, outcome, clientBuffer, clientBytes]);
  }
}
