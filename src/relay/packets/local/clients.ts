import { steadyNow } from '../../../core/scheduling/steady-clock';
import type { Client, PacketLimits } from '../store/packet-store';
import { Mailbox, type MailboxItem } from './mailbox';
import type { PacketDbKey } from './packet-db';

/** A login in its stored form. */
interface StoredLogin extends Client {
  readonly tokenHash: string;
  /** By `steadyNow`. */
  readonly expiresAt: number;
}

interface Entry {
  readonly mailbox: Mailbox;
  login: StoredLogin | undefined;
  /** By `steadyNow`. */
  keptUntil: number;
}

const SWEEP_MS = 60_000;

/** The clients that have logged in or have packets waiting, for the lifetime of a token. */
export class Clients {
  readonly #entries = new Map<string, Entry>();
  readonly #byToken = new Map<string, string>();
  readonly #sweeper: NodeJS.Timeout;

  /** @param forget removes keys that are no longer needed */
  constructor(
    private readonly limits: PacketLimits,
    private readonly forget: (keys: readonly PacketDbKey[]) => void,
  ) {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** @param value a login in JSON */
  restoreClient(id: string, value: Buffer): void {
    const login: unknown = JSON.parse(value.toString());
    if (isLogin(login) && login.id === id) this.logIn(login);
  }

  /** Pushes packets out again that the process before this one did not remove. */
  restorePacket(client: string, item: MailboxItem): void {
    const pushedOut = this.mailboxForNew(client).put(item);
    if (pushedOut.length > 0) this.forget(pushedOut.map(({ seq }) => ['mail', client, seq]));
  }

  hasRoomFor(client: string): boolean {
    if (this.#entries.has(client) || this.#entries.size < this.limits.clients) return true;
    this.#sweep();
    return this.#entries.size < this.limits.clients;
  }

  logIn(login: StoredLogin): void {
    const entry = this.#entry(login.id);
    if (entry.login !== undefined) this.#byToken.delete(entry.login.tokenHash);
    const formerId = this.#byToken.get(login.tokenHash);
    const former = formerId === undefined ? undefined : this.#entries.get(formerId);
    if (former !== undefined) former.login = undefined;
    entry.login = login;
    entry.keptUntil = Math.max(entry.keptUntil, login.expiresAt);
    this.#byToken.set(login.tokenHash, login.id);
  }

  findByToken(tokenHash: string): StoredLogin | undefined {
    const id = this.#byToken.get(tokenHash);
    return id === undefined ? undefined : this.activeLogin(id);
  }

  activeLogin(client: string): StoredLogin | undefined {
    const login = this.#entries.get(client)?.login;
    return login !== undefined && login.expiresAt > steadyNow() ? login : undefined;
  }

  /** The client's mailbox, for a new packet. */
  mailboxForNew(client: string): Mailbox {
    const entry = this.#entry(client);
    entry.keptUntil = Math.max(entry.keptUntil, steadyNow() + this.limits.tokenLifetime);
    return entry.mailbox;
  }

  mailbox(client: string): Mailbox | undefined {
    return this.#entries.get(client)?.mailbox;
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #entry(client: string): Entry {
    const entry = this.#entries.get(client) ?? {
      mailbox: new Mailbox(this.limits),
      login: undefined,
      keptUntil: 0,
    };
    this.#entries.set(client, entry);
    return entry;
  }

  #sweep(): void {
    const now = steadyNow();
    for (const [id, { login, keptUntil, mailbox }] of this.#entries) {
      if (keptUntil > now) continue;
      this.#entries.delete(id);
      if (login !== undefined) this.#byToken.delete(login.tokenHash);
      const packets = mailbox.seqs.map((seq): PacketDbKey => ['mail', id, seq]);
      this.forget([['client', id, 0], ...packets]);
    }
  }
}

function isLogin(value: unknown): value is StoredLogin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'tokenHash' in value &&
    typeof value.tokenHash === 'string' &&
    'acceptsDebug' in value &&
    typeof value.acceptsDebug === 'boolean' &&
    'expiresAt' in value &&
    typeof value.expiresAt === 'number'
  );
}
