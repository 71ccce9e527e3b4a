import type { Redis } from 'ioredis';
import { messageOf } from '../core/log/errors';
import { pause } from '../core/scheduling/pause';
import { growingPauses } from '../core/scheduling/retry';
import { withTimeout } from '../core/scheduling/timeout';
import type { Connections } from './connections';
import { failureKind } from './failures/failure-kind';
import type { ConnectionSettings } from './settings';

/** A stream entry as ioredis returns it. */
export type RawEntry = [id: Buffer, fields: Buffer[]];

/** A stream that a BlockingReader reads. */
export interface StreamSubscription {
  readonly key: string;
  /** The id of the last entry that was delivered. Never `$`, which would lose entries that arrive between two reads. */
  after: string;
  deliver(entries: readonly RawEntry[]): void;
}

interface BlockingReaderOptions {
  /** How many entries of a stream one reply may have. */
  readonly entriesMax: number;
  /** Reading continues after the connection was lost. */
  readonly reconnected?: () => void;
  /** A blocking read ended without an entry. */
  readonly idle?: () => void;
}

/** Redis ends a read that has blocked for so long. A reply is overdue if it takes much longer. */
const BLOCK_MS = 5_000;
const RECONNECT = { firstMs: 25, maxMs: 1_000 };
const UNBLOCK = { firstMs: 1, maxMs: 50 };

/**
 * One blocking XREAD over a changing set of streams, on a connection of its own.
 *
 * IDLE     no stream, no connection. The first stream changes it to READING.
 * READING  connects, then reads in a loop. A new stream ends the read that is under way, and is part of the next one. Once no stream is
 *          left, the connection is closed: IDLE.
 * BROKEN   the connection was lost or Redis refused. After a pause READING, on a new connection, after the last ids.
 * CLOSED   final.
 */
export class BlockingReader {
  readonly #subscriptions = new Map<string, StreamSubscription>();
  readonly #closing = new AbortController();
  #state: 'idle' | 'reading' | 'broken' | 'closed' = 'idle';
  #connection: { readonly redis: Redis; readonly clientId: number } | undefined;
  /** Whether the streams have changed since the read under way was sent. */
  #isChanged = false;
  #isUnblocking = false;

  /** @param slotKey a key in the same slot of a Cluster as all streams */
  constructor(
    private readonly connections: Connections,
    private readonly settings: ConnectionSettings,
    private readonly slotKey: string,
    private readonly options: BlockingReaderOptions,
  ) {}

  get size(): number {
    return this.#subscriptions.size;
  }

  add(subscription: StreamSubscription): void {
    if (this.#isClosed()) return;
    this.#subscriptions.set(subscription.key, subscription);
    if (this.#state === 'idle') void this.#run();
    else this.#changed();
  }

  delete(subscription: StreamSubscription): void {
    if (this.#subscriptions.get(subscription.key) !== subscription) return;
    this.#subscriptions.delete(subscription.key);
    // If other streams are left, the read under way may as well include this one until it ends.
    if (this.#subscriptions.size === 0) this.#changed();
  }

  close(): void {
    this.#state = 'closed';
    this.#subscriptions.clear();
    this.#closing.abort();
    if (this.#connection) this.connections.disconnect(this.#connection.redis);
  }

  async #run(): Promise<void> {
    this.#state = 'reading';
    const pauses = growingPauses(RECONNECT);
    while (this.#isNeeded()) {
      try {
        await this.#readOnNewConnection(() => pauses.reset());
      } catch (error) {
        if (this.#isClosed()) return;
        if (failureKind(error) === 'final') {
          this.settings.warn('Redis refuses a read', { reason: messageOf(error) });
        }
        this.#state = 'broken';
        this.connections.refreshTopology();
        await pause(pauses.next(), this.#closing.signal);
      }
    }
    if (!this.#isClosed()) this.#state = 'idle';
  }

  async #readOnNewConnection(onReply: () => void): Promise<void> {
    const redis = await this.connections.openBlocking(this.slotKey);
    try {
      const clientId = await withTimeout(this.settings.commandTimeout, redis.client('ID'));
      const isReconnected = this.#state === 'broken';
      if (this.#isClosed()) return;
      this.#connection = { redis, clientId };
      this.#state = 'reading';
      if (isReconnected) this.options.reconnected?.();
      while (this.#isNeeded()) {
        await this.#readOnce(redis);
        onReply();
      }
    } finally {
      this.#connection = undefined;
      this.connections.disconnect(redis);
    }
  }

  async #readOnce(redis: Redis): Promise<void> {
    const subscriptions = [...this.#subscriptions.values()];
    const keys = subscriptions.map(({ key }) => key);
    const ids = subscriptions.map(({ after }) => after);
    this.#isChanged = false;
    const { entriesMax, idle } = this.options;
    const reading = redis.xreadBuffer('COUNT', entriesMax, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...ids);
    // A broken connection may never answer, nor end.
    const reply = await withTimeout(BLOCK_MS + this.settings.commandTimeout, reading);
    if (reply === null && !this.#isChanged) idle?.();
    for (const [key, entries] of reply ?? []) {
      const subscription = this.#subscriptions.get(key.toString());
      const last = entries.at(-1);
      if (subscription === undefined || last === undefined) continue;
      subscription.after = last[0].toString('latin1');
      deliver(subscription, entries);
    }
  }

  #isNeeded(): boolean {
    return !this.#isClosed() && this.#subscriptions.size > 0;
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #changed(): void {
    this.#isChanged = true;
    if (!this.#isUnblocking) void this.#unblock();
  }

  /** Ends the read under way, until the next one was sent: a read on its way to Redis cannot be ended yet, or lacks the last stream. */
  async #unblock(): Promise<void> {
    this.#isUnblocking = true;
    const pauses = growingPauses(UNBLOCK);
    try {
      while (this.#isChanged && this.#connection !== undefined) {
        const { redis, clientId } = this.#connection;
        await this.connections.unblock(redis, clientId);
        await pause(pauses.next());
      }
    } catch {
      // Redis is away: then the read fails too, and the next one has all streams. At the latest it ends after BLOCK_MS.
    } finally {
      this.#isUnblocking = false;
    }
  }
}

/** Throws what a subscriber throws outside of the read loop, which would take it for a lost connection. */
function deliver(subscription: StreamSubscription, entries: readonly RawEntry[]): void {
  try {
    subscription.deliver(entries);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
