import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { withTimeout } from '../../core/scheduling/timeout';
import type { RedisClient } from '../../redis/client';
import { toMap } from '../../redis/resp/reply';
import { inboxKey } from './relay-keys';

export type MessageFields = Readonly<Record<string, string>>;

/** Messages between nodes. They are not lost while a connection is; one that is lost all the same must cost no more than time. */
export interface NodeBus {
  /** Arrives if the node lives. */
  send(node: string, kind: string, fields: MessageFields): void;
  on(kind: string, hear: (fields: MessageFields) => void): void;
}

/** What a node may have unread. Beyond it, the oldest is dropped. */
const INBOX_LENGTH = 10_000;
const MESSAGES_MAX = 256;
/** Redis ends a read that has waited this long. A reply is overdue when it takes much longer. */
const BLOCK_MS = 5_000;
const PAUSE_MS = 25;
const PAUSE_MS_MAX = 1_000;

/** The bus as a Redis stream a node, which the node reads on a connection of its own. */
export class InboxBus implements NodeBus {
  readonly #hearers = new Map<string, (fields: MessageFields) => void>();
  readonly #closing = new AbortController();
  #connection: Redis | undefined;
  /** The id of the last message that was heard. Never `$`: what arrives while nobody reads would be lost. */
  #after = '0';

  constructor(
    private readonly client: RedisClient,
    private readonly node: string,
    private readonly commandTimeoutMs: number,
  ) {}

  open(): void {
    void this.#run();
  }

  send(node: string, kind: string, fields: MessageFields): void {
    const message = ['t', kind, 'f', JSON.stringify(fields)];
    this.client
      .xadd(inboxKey(node), 'NOMKSTREAM', 'MAXLEN', '~', INBOX_LENGTH, '*', ...message)
      // Redis is away. Whoever waits for the message looks for himself after a while.
      .catch(() => {});
  }

  on(kind: string, hear: (fields: MessageFields) => void): void {
    this.#hearers.set(kind, hear);
  }

  close(): void {
    this.#closing.abort();
    this.#connection?.disconnect();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let pause = PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
      try {
        await this.#readOnNewConnection(() => {
          pause = PAUSE_MS;
        });
      } catch {
        if (signal.aborted) return;
        if (this.client instanceof Cluster) this.client.refreshSlotsCache();
        // Aborted by `close`: there is nothing to wait for.
        await delay(pause, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #readOnNewConnection(answered: () => void): Promise<void> {
    const connection = await this.#connect();
    this.#connection = connection;
    try {
      while (!this.#closing.signal.aborted) {
        await this.#readOnce(connection);
        answered();
      }
    } finally {
      this.#connection = undefined;
      connection.disconnect();
    }
  }

  async #connect(): Promise<Redis> {
    const node = this.client instanceof Cluster ? await this.#masterOf(this.client) : this.client;
    const connection = node.duplicate({
      retryStrategy: null,
      lazyConnect: true,
      enableOfflineQueue: false,
      commandTimeout: BLOCK_MS + this.commandTimeoutMs,
      socketTimeout: BLOCK_MS + this.commandTimeoutMs,
    });
    // An error of the connection also ends the read that is under way on it, which is where it is handled.
    connection.on('error', () => {});
    try {
      await withTimeout(this.commandTimeoutMs, connection.connect());
      return connection;
    } catch (error) {
      connection.disconnect();
      throw error;
    }
  }

  async #masterOf(cluster: Cluster): Promise<Redis> {
    const slot = await cluster.cluster('KEYSLOT', inboxKey(this.node));
    const [address] = cluster.slots[slot] ?? [];
    const master = cluster
      .nodes('master')
      .find(({ options }) => `${options.host}:${options.port}` === address);
    if (master === undefined) throw new Error(`no node of the Cluster holds slot ${slot}`);
    return master;
  }

  async #readOnce(connection: Redis): Promise<void> {
    const inbox = inboxKey(this.node);
    const reading = connection.xread('COUNT', MESSAGES_MAX, 'BLOCK', BLOCK_MS, 'STREAMS', inbox, this.#after);
    // A connection that died without a word never answers.
    const reply = await withTimeout(BLOCK_MS + this.commandTimeoutMs, reading);
    for (const [, messages] of reply ?? []) {
      for (const [id, fields] of messages) {
        this.#after = id;
        this.#hear(toMap(fields));
      }
    }
    if (reply !== null && reply.length > 0) this.#trim(inbox);
  }

  #trim(inbox: string): void {
    // Everything up to the last one has been heard. If it fails, the next one trims more.
    this.client.xtrim(inbox, 'MINID', this.#after).catch(() => {});
  }

  #hear(message: ReadonlyMap<string, string>): void {
    const fields: unknown = JSON.parse(message.get('f') ?? '{}');
    if (typeof fields !== 'object' || fields === null) return;
    this.#hearers.get(message.get('t') ?? '')?.(
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
    );
  }
}
