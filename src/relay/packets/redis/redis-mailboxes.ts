import type { RelayRedis } from '../../nodes/relay-redis';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Client, InFlightPacket, Mailboxes, PacketLimits } from '../store/packet-store';
import type { PacketScripts } from './packet-scripts';

/** A packet whose node is alive, but does not say what became of it, waits again after this time. */
const FLIGHT_MS = 120_000;
/** For how long a node is woken after it has looked: longer than until it looks again. */
const WAKE_MS = 10_000;

/** The mailboxes that all nodes on one Redis share. */
export class RedisMailboxes implements Mailboxes {
  readonly #listeners = new Map<string, Set<() => void>>();
  #receipts = 0;

  constructor(
    private readonly scripts: PacketScripts,
    private readonly node: string,
    private readonly limits: PacketLimits,
    bus: RelayRedis['bus'],
    /** Puts back what a failed `take` may have taken. */
    private readonly mend: (settle: () => Promise<unknown>) => void,
  ) {
    bus.on('pk-mail', ({ client }) => {
      for (const listener of this.#listeners.get(client ?? '') ?? []) listener();
    });
  }

  async admit({ id, acceptsDebug }: Client, tokenHash: string): Promise<'admitted' | 'full'> {
    const { tokenLifetimeMs, clients } = this.limits;
    const args = [id, tokenHash, acceptsDebug ? '1' : '0', tokenLifetimeMs, clients];
    return (await this.scripts.text('admit', args)) === 'FULL' ? 'full' : 'admitted';
  }

  async identify(tokenHash: string): Promise<Client | undefined> {
    const [id, debug] = await this.scripts.texts('identify', [tokenHash]);
    return id === undefined ? undefined : { id, acceptsDebug: debug === '1' };
  }

  async acceptsDebug(client: string): Promise<boolean> {
    return this.scripts.acceptsDebug(client);
  }

  async put(client: string, packet: Packet): Promise<'given' | 'full'> {
    const { clientPackets, clientBytes, tokenLifetimeMs, clients } = this.limits;
    const args = [client, encodePacket(packet), clientPackets, clientBytes, tokenLifetimeMs, clients];
    return (await this.scripts.text('put', args)) === 'FULL' ? 'full' : 'given';
  }

  async take(client: string): Promise<InFlightPacket | undefined> {
    this.#receipts += 1;
    const receipt = `${this.node}|${this.#receipts}`;
    try {
      const args = [this.node, client, receipt, FLIGHT_MS, WAKE_MS];
      const [packet, more] = await this.scripts.buffers('take', args);
      if (packet === undefined) return undefined;
      return { client, receipt, packet: decodePacket(packet), remaining: Number(more) };
    } catch (error) {
      // Whether it was taken is not known.
      this.mend(() => this.#settle({ client, receipt }, 'lost'));
      throw error;
    }
  }

  acknowledge(taken: InFlightPacket): Promise<void> {
    return this.#settle(taken, 'arrived');
  }

  requeue(taken: InFlightPacket): Promise<void> {
    return this.#settle(taken, 'lost');
  }

  onMail(client: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(client) ?? new Set();
    this.#listeners.set(client, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(client) === listeners) this.#listeners.delete(client);
    };
  }

  async #settle(
    { client, receipt }: Pick<InFlightPacket, 'client' | 'receipt'>,
    outcome: 'arrived' | 'lost',
  ): Promise<void> {
    const { clientPackets, clientBytes } = this.limits;
    await this.scripts.text('settle', [client, receipt, outcome, clientPackets, clientBytes]);
  }
}
