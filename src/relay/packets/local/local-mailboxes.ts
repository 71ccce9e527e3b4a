import { steadyNow } from '../../../core/scheduling/steady-clock';
import type { Warn } from '../../../core/store/warnings';
import { MailListeners } from '../store/mail-listeners';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Client, InFlightPacket, Mailboxes, PacketLimits } from '../store/packet-store';
import { Clients } from './clients';
import type { PacketDb, PacketDbKey } from './packet-db';
import type { Sequence } from './sequence';

/** The mailboxes of a single node. */
export class LocalMailboxes implements Mailboxes {
  readonly #clients: Clients;
  readonly #mail = new MailListeners();

  constructor(
    private readonly db: PacketDb,
    private readonly sequence: Sequence,
    private readonly limits: PacketLimits,
    private readonly warn: Warn,
  ) {
    this.#clients = new Clients(limits, (keys) => this.#remove(keys));
  }

  /** Restores an entry of the database. */
  restore([kind, owner, seq]: PacketDbKey, value: Buffer): void {
    if (kind === 'client') this.#clients.restoreClient(owner, value);
    else if (kind === 'mail') this.#clients.restorePacket(owner, { seq, bytes: value.length });
  }

  async admit(client: Client, tokenHash: string): Promise<'admitted' | 'full'> {
    if (!this.#clients.hasRoomFor(client.id)) return 'full';
    const login = { ...client, tokenHash, expiresAt: steadyNow() + this.limits.tokenLifetime };
    const former = this.#clients.findByToken(tokenHash);
    await this.db.write([
      ...(former !== undefined && former.id !== client.id
        ? [{ key: ['client', former.id, 0] as const }]
        : []),
      { key: ['client', client.id, 0], value: Buffer.from(JSON.stringify(login)) },
    ]);
    this.#clients.logIn(login);
    return 'admitted';
  }

  async identify(tokenHash: string): Promise<Client | undefined> {
    return this.#clients.findByToken(tokenHash);
  }

  async acceptsDebug(client: string): Promise<boolean> {
    return this.#clients.activeLogin(client)?.acceptsDebug ?? false;
  }

  async put(client: string, packet: Packet): Promise<'stored' | 'full'> {
    if (!this.#clients.hasRoomFor(client)) return 'full';
    const seq = this.sequence.next();
    const value = encodePacket(packet);
    await this.db.write([{ key: ['mail', client, seq], value }]);
    const pushedOut = this.#clients.mailboxForNew(client).put({ seq, bytes: value.length });
    this.#remove(pushedOut.map((item) => ['mail', client, item.seq]));
    this.#mail.notify(client);
    return 'stored';
  }

  async take(client: string): Promise<InFlightPacket | undefined> {
    const mailbox = this.#clients.mailbox(client);
    const item = mailbox?.take();
    if (mailbox === undefined || item === undefined) return undefined;
    const value = this.db.get(['mail', client, item.seq]);
    if (value !== undefined) {
      return { client, receipt: String(item.seq), packet: decodePacket(value), remaining: mailbox.waiting };
    }
    mailbox.acknowledge(item.seq);
    this.warn('a packet was lost', { client });
    return this.take(client);
  }

  async acknowledge({ client, receipt }: InFlightPacket): Promise<void> {
    const seq = Number(receipt);
    if (this.#clients.mailbox(client)?.acknowledge(seq))
      await this.db.write([{ key: ['mail', client, seq] }]);
  }

  async requeue({ client, receipt }: InFlightPacket): Promise<void> {
    const pushedOut = this.#clients.mailbox(client)?.requeue(Number(receipt)) ?? [];
    this.#remove(pushedOut.map((item) => ['mail', client, item.seq]));
    this.#mail.notify(client);
  }

  onMail(client: string, listener: () => void): () => void {
    return this.#mail.add(client, listener);
  }

  close(): void {
    this.#clients.close();
  }

  /** If this fails, the next start pushes the packets out again. */
  #remove(keys: readonly PacketDbKey[]): void {
    if (keys.length === 0) return;
    this.db.write(keys.map((key) => ({ key }))).catch((error) => {
      this.warn('removing packets failed', { error });
    });
  }
}
