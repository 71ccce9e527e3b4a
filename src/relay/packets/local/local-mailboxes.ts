import { steadyNow } from '../../../core/scheduling/steady-clock';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Client, InFlightPacket, Mailboxes, PacketLimits } from '../store/packet-store';
import { Clients } from './clients';
import type { PacketDb, PacketDbKey } from './packet-db';
import type { Sequence } from './sequence';

/** The mailboxes of a server that shares them with no other. */
export class LocalMailboxes implements Mailboxes {
  readonly #known: Clients;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(
    private readonly shelf: PacketDb,
    private readonly order: Sequence,
    private readonly limits: PacketLimits,
    private readonly warn: (message: string, details: object) => void,
  ) {
    this.#known = new Clients(limits, (keys) => this.#remove(keys));
  }

  /** What the process before this one kept, told in the order of the shelf. */
  restore([kind, owner, seq]: PacketDbKey, value: Buffer): void {
    if (kind === 'client') this.#known.restoreClient(owner, value);
    else if (kind === 'mail') this.#known.restorePacket(owner, { seq, bytes: value.length });
  }

  async admit(client: Client, tokenHash: string): Promise<'admitted' | 'full'> {
    if (!this.#known.hasRoomFor(client.id)) return 'full';
    const loggedIn = { ...client, tokenHash, expiresAt: steadyNow() + this.limits.tokenLifetimeMs };
    const usurped = this.#known.findByToken(tokenHash);
    await this.shelf.write([
      ...(usurped !== undefined && usurped.id !== client.id
        ? [{ key: ['client', usurped.id, 0] as const }]
        : []),
      { key: ['client', client.id, 0], value: Buffer.from(JSON.stringify(loggedIn)) },
    ]);
    this.#known.logIn(loggedIn);
    return 'admitted';
  }

  async identify(tokenHash: string): Promise<Client | undefined> {
    return this.#known.findByToken(tokenHash);
  }

  async acceptsDebug(client: string): Promise<boolean> {
    return this.#known.activeLogin(client)?.acceptsDebug ?? false;
  }

  async put(client: string, packet: Packet): Promise<'given' | 'full'> {
    if (!this.#known.hasRoomFor(client)) return 'full';
    const seq = this.order.next();
    const value = encodePacket(packet);
    await this.shelf.write([{ key: ['mail', client, seq], value }]);
    const pushedOut = this.#known.mailbox(client).put({ seq, bytes: value.length });
    this.#remove(pushedOut.map((item) => ['mail', client, item.seq]));
    this.#tell(client);
    return 'given';
  }

  async take(client: string): Promise<InFlightPacket | undefined> {
    const mailbox = this.#known.mailboxOf(client);
    const item = mailbox?.take();
    if (mailbox === undefined || item === undefined) return undefined;
    const value = this.shelf.get(['mail', client, item.seq]);
    if (value !== undefined) {
      return { client, receipt: String(item.seq), packet: decodePacket(value), remaining: mailbox.waiting };
    }
    mailbox.acknowledge(item.seq);
    this.warn('a packet was lost', { client });
    return this.take(client);
  }

  async acknowledge({ client, receipt }: InFlightPacket): Promise<void> {
    const seq = Number(receipt);
    if (this.#known.mailboxOf(client)?.acknowledge(seq))
      await this.shelf.write([{ key: ['mail', client, seq] }]);
  }

  async requeue({ client, receipt }: InFlightPacket): Promise<void> {
    const pushedOut = this.#known.mailboxOf(client)?.requeue(Number(receipt)) ?? [];
    this.#remove(pushedOut.map((item) => ['mail', client, item.seq]));
    this.#tell(client);
  }

  onMail(client: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(client) ?? new Set();
    this.#listeners.set(client, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(client) === listeners) this.#listeners.delete(client);
    };
  }

  close(): void {
    this.#known.close();
  }

  #tell(client: string): void {
    for (const listener of this.#listeners.get(client) ?? []) listener();
  }

  /** What stays behind when this fails is pushed out again after the next start. */
  #remove(keys: readonly PacketDbKey[]): void {
    if (keys.length === 0) return;
    this.shelf.write(keys.map((key) => ({ key }))).catch((error) => {
      this.warn('removing packets failed', { error });
    });
  }
}
