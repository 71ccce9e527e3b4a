import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { messageOf } from '../core/log/errors';
import { withTimeout } from '../core/scheduling/timeout';
import type { Connections } from './connections';
import { failureKind } from './failures/failure-kind';
import type { Partition } from './partitions';
import type { ConnectionSettings } from './settings';

export type RawEntry = [id: Buffer, fields: Buffer[]];

/** A stream that is read, from where on, and who is told. */
export interface StreamSubscription {
  readonly key: string;
  /** The id of the last entry that was told. Never `$`: what arrives while nobody reads would be lost. */
  after: string;
  deliver(entries: readonly RawEntry[]): void;
}

export interface BlockingReaderOptions {
  /** The most entries of a stream in one reply. */
  readonly entriesMax: number;
  /** Reading goes on after the connection was lost. */
  readonly reconnected?: () => void;
  /** There was nothing to read for as long as Redis waits. */
  readonly idle?: () => void;
}

/** Redis ends a read that has waited this long. A reply is overdue when it takes much longer. */
const BLOCK_MS = 5_000;
const PAUSE_MS = 25;
const PAUSE_MS_MAX = 1_000;

/**
 * One blocking XREAD over a changing set of streams, on a connection of its own.
 *
 * IDLE     nothing to read, no connection. The first stream moves it to READING.
 * READING  connects, then reads again and again. A new stream gets in by ending the read that is under way. Once there is no
 *          stream left the connection is closed: IDLE.
 * BROKEN   the connection was lost or Redis refused. After a pause READING again, on a new connection, from the last ids.
 * CLOSED   final.
 */
export class BlockingReader {
  readonly #subscriptions = new Map<string, StreamSubscription>();
  readonly #closing = new AbortController();
  #state: 'idle' | 'reading' | 'broken' | 'closed' = 'idle';
  #connection: { readonly redis: Redis; readonly clientId: number } | undefined;
  /** Whether the streams have changed since the read under way was sent. */
  #changed = false;
  #waking = false;

  constructor(
    private readonly connections: Connections,
    private readonly settings: ConnectionSettings,
    private readonly partition: Partition,
    private readonly options: BlockingReaderOptions,
  ) {}

  get size(): number {
    return this.#subscriptions.size;
  }

  get subscriptions(): readonly StreamSubscription[] {
    return [...this.#subscriptions.values()];
  }

  add(subscription: StreamSubscription): void {
    if (this.#isClosed()) return;
    this.#subscriptions.set(subscription.key, subscription);
    if (this.#state === 'idle') void this.#run();
    else this.#wake();
  }

  delete(subscription: StreamSubscription): void {
    if (this.#subscriptions.get(subscription.key) !== subscription) return;
    this.#subscriptions.delete(subscription.key);
    // As long as others are left, a stream too many does no harm until the next read.
    if (this.#subscriptions.size === 0) this.#wake();
  }

  close(): void {
    this.#state = 'closed';
    this.#subscriptions.clear();
    this.#closing.abort();
    if (this.#connection) this.connections.closeBlocking(this.#connection.redis);
  }

  async #run(): Promise<void> {
    this.#state = 'reading';
    let pause = PAUSE_MS;
    while (this.#isNeeded()) {
      try {
        await this.#readOnNewConnection(() => {
          pause = PAUSE_MS;
        });
      } catch (error) {
        if (this.#isClosed()) return;
        if (failureKind(error) === 'final') {
          this.settings.warn('Redis refuses to be read from', { reason: messageOf(error) });
        }
        this.#state = 'broken';
        this.connections.refreshTopology();
        // Aborted by `close`: there is nothing to wait for.
        await delay(pause, undefined, { signal: this.#closing.signal }).catch(() => {});
        pause = Math.min(pause * 2, PAUSE_MS_MAX);
      }
    }
    if (!this.#isClosed()) this.#state = 'idle';
  }

  async #readOnNewConnection(answered: () => void): Promise<void> {
    const redis = await this.connections.openBlocking(this.partition);
    try {
      const clientId = await withTimeout(this.settings.commandTimeout, redis.client('ID'));
      const isRestored = this.#state === 'broken';
      if (this.#isClosed()) return;
      this.#connection = { redis, clientId };
      this.#state = 'reading';
      if (isRestored) this.options.reconnected?.();
      while (this.#isNeeded()) {
        await this.#readOnce(redis);
        answered();
      }
    } finally {
      this.#connection = undefined;
      this.connections.closeBlocking(redis);
    }
  }

  async #readOnce(redis: Redis): Promise<void> {
    const asked = this.subscriptions;
    const keys = asked.map(({ key }) => key);
    const ids = asked.map(({ after }) => after);
    this.#changed = false;
    const { entriesMax } = this.options;
    const reading = redis.xreadBuffer('COUNT', entriesMax, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...ids);
    // A connection that died without a word never answers.
    const reply = await withTimeout(BLOCK_MS + this.settings.commandTimeout, reading);
    if (reply === null && !this.#changed) this.options.idle?.();
    for (const [key, entries] of reply ?? []) {
      const subscription = this.#subscriptions.get(key.toString());
      const last = entries.at(-1);
      if (subscription === undefined || last === undefined) continue;
      subscription.after = last[0].toString('latin1');
      tell(subscription, entries);
    }
  }

  #isNeeded(): boolean {
    return !this.#isClosed() && this.#subscriptions.size > 0;
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #wake(): void {
    this.#changed = true;
    if (!this.#waking) void this.#endRead();
  }

  /**
   * Ends the read under way, again and again until the next one has been sent: one that is still on its way to Redis cannot be ended
   * yet, and one that was ended may have been followed by another before the last stream came.
   */
  async #endRead(): Promise<void> {
    this.#waking = true;
    try {
      for (let pause = 1; this.#changed && this.#connection !== undefined; pause = Math.min(pause * 2, 50)) {
        const { redis, clientId } = this.#connection;
        await this.connections.unblock(redis, clientId);
        await delay(pause);
      }
    } catch {
      // Redis is away: then the read fails, too, and the next one has all streams. At the latest it ends after BLOCK_MS.
    } finally {
      this.#waking = false;
    }
  }
}

/** What a listener throws is its own mistake, and is not to look like a lost connection. */
function tell(subscription: StreamSubscription, entries: readonly RawEntry[]): void {
  try {
    subscription.deliver(entries);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
