import { steadyNow } from '../../../core/scheduling/steady-clock';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Client, Mailboxes, PacketLimits, Taken } from '../store/packet-store';
import { Known } from './clients';
import type { Shelf, ShelfKey } from './packet-db';
import type { Order } from './sequence';

/** The mailboxes of a server that shares them with no other. */
export class LocalMailboxes implements Mailboxes {
  readonly #known: Known;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(
    private readonly shelf: Shelf,
    private readonly order: Order,
    private readonly limits: PacketLimits,
    private readonly warn: (message: string, details: object) => void,
  ) {
    this.#known = new Known(limits, (keys) => this.#remove(keys));
  }

  /** What the process before this one kept, told in the order of the shelf. */
  restore([kind, owner, seq]: ShelfKey, value: Buffer): void {
    if (kind === 'client') this.#known.restoreClient(owner, value);
    else if (kind === 'mail') this.#known.restorePacket(owner, { seq, bytes: value.length });
  }

  async admit(client: Client, tokenHash: string): Promise<'admitted' | 'full'> {
    if (!this.#known.hasRoomFor(client.id)) return 'full';
    const loggedIn = { ...client, tokenHash, expiresAt: steadyNow() + this.limits.tokenLifetimeMs };
    const usurped = this.#known.withToken(tokenHash);
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
    return this.#known.withToken(tokenHash);
  }

  async acceptsDebug(client: string): Promise<boolean> {
    return this.#known.loggedIn(client)?.acceptsDebug ?? false;
  }

  async give(client: string, packet: Packet): Promise<'given' | 'full'> {
    if (!this.#known.hasRoomFor(client)) return 'full';
    const seq = this.order.next();
    const value = encodePacket(packet);
    await this.shelf.write([{ key: ['mail', client, seq], value }]);
    const pushedOut = this.#known.mailbox(client).give({ seq, bytes: value.length });
    this.#remove(pushedOut.map((item) => ['mail', client, item.seq]));
    this.#tell(client);
    return 'given';
  }

  async take(client: string): Promise<Taken | undefined> {
    const mailbox = this.#known.mailboxOf(client);
    const item = mailbox?.take();
    if (mailbox === undefined || item === undefined) return undefined;
    const value = this.shelf.get(['mail', client, item.seq]);
    if (value !== undefined) {
      return { client, receipt: String(item.seq), packet: decodePacket(value), more: mailbox.waiting };
    }
    mailbox.acknowledge(item.seq);
    this.warn('a packet was lost', { client });
    return this.take(client);
  }

  async acknowledge({ client, receipt }: Taken): Promise<void> {
    const seq = Number(receipt);
    if (this.#known.mailboxOf(client)?.acknowledge(seq))
      await this.shelf.write([{ key: ['mail', client, seq] }]);
  }

  async giveBack({ client, receipt }: Taken): Promise<void> {
    const pushedOut = this.#known.mailboxOf(client)?.giveBack(Number(receipt)) ?? [];
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
  #remove(keys: readonly ShelfKey[]): void {
    if (keys.length === 0) return;
    this.shelf.write(keys.map((key) => ({ key }))).catch((error) => {
      this.warn('removing packets failed', { error });
    });
  }
}
