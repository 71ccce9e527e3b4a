import { messageOf } from '../../../core/log/errors';
import type { LogId } from '../../../core/log/log-id';
import type { LifecycleEvent } from '../../../core/store/news';
import { BlockingReader, type RawEntry, type StreamSubscription } from '../../../redis/blocking-reader';
import { withRetries } from '../../../redis/failures/retry';
import { ALL_PARTITIONS, type Partition, partitionOf, slotKey } from '../../../redis/partitions';
import { toList, toNumber } from '../../../redis/resp/reply';
import { lifecycleKey } from '../schema/keys';
import { decodeLifecycleRecord, type LifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreContext } from '../schema/store-context';

const ENTRIES_MAX = 256;
/** For how long a node tries to find out whether it has missed events. Then it has. */
const CHECK_MS = 30_000;
const TRIMMED = 'Events were trimmed before this node could read them';

interface LifecycleHandlers {
  /** Called before the listeners. */
  onRecord(record: LifecycleRecord): void;
  /** The connection was lost for a while. The records of these partitions since then follow. */
  onReconnect(partitions: readonly Partition[]): void;
  /** Some of these records do not follow: Redis has trimmed or lost them. Called before the listeners. */
  onGap(): void;
}

interface LifecycleListener {
  readonly onEvent: (event: LifecycleEvent) => void;
  readonly onMissed: () => void;
  /** Of each partition: events up to this one completed before. */
  readonly after: readonly string[];
}

/** The lifecycle events of all logs. An event of this node, too, comes back from Redis: once, and in the same order on all nodes. */
export class LifecycleFeed {
  readonly #readers = new Set<BlockingReader>();
  readonly #closed = new AbortController();
  readonly #listeners = new Set<LifecycleListener>();
  /** The id of the last completed event of each partition: it was delivered, or a caller of this store has its result. */
  readonly #completed: string[] = ALL_PARTITIONS.map(() => '0-0');

  constructor(
    private readonly context: RedisStoreContext,
    private readonly handlers: LifecycleHandlers,
  ) {}

  /** Delivers every event that is written after this resolves. */
  async open(): Promise<void> {
    const subscriptions = await Promise.all(ALL_PARTITIONS.map((partition) => this.#subscription(partition)));
    if (!this.context.connections.isCluster) this.#read(ALL_PARTITIONS, subscriptions);
    else for (const partition of ALL_PARTITIONS) this.#read([partition], subscriptions);
  }

  /**
   * Delivers no event of an operation that completed before this call, even if the event is still on its way.
   * @param onMissed events were lost
   */
  subscribe(onEvent: LifecycleListener['onEvent'], onMissed = (): void => {}): () => void {
    const listener = { onEvent, onMissed, after: [...this.#completed] };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An operation of this node completed, and wrote this event. */
  markCompleted(id: LogId, eventId: string): void {
    this.#complete(partitionOf(id), eventId);
  }

  close(): void {
    this.#closed.abort();
    this.#listeners.clear();
    for (const reader of this.#readers) reader.close();
  }

  async #subscription(partition: Partition): Promise<StreamSubscription> {
    const key = lifecycleKey(partition);
    const [last] = await this.context.connections.commands.xrevrange(key, '+', '-', 'COUNT', 1);
    return { key, after: last?.[0] ?? '0-0', deliver: (entries) => this.#deliver(partition, entries) };
  }

  #read(partitions: readonly Partition[], all: readonly StreamSubscription[]): void {
    const subscriptions = all.filter((_, partition) => partitions.includes(partition));
    const reconnected = (): void => {
      this.handlers.onReconnect(partitions);
      void this.#checkForGaps(subscriptions.map(({ key, after }) => ({ key, after })));
    };
    const { connections, settings } = this.context;
    const options = { entriesMax: ENTRIES_MAX, reconnected };
    const reader = new BlockingReader(connections, settings, slotKey(partitions[0] ?? 0), options);
    this.#readers.add(reader);
    for (const subscription of subscriptions) reader.add(subscription);
  }

  #deliver(partition: Partition, entries: readonly RawEntry[]): void {
    for (const [rawId, fields] of entries) {
      const id = rawId.toString('latin1');
      const record = this.#decode(id, fields);
      if (record !== undefined) this.#emit(partition, id, record);
      this.#complete(partition, id);
    }
  }

  /** @returns `undefined` for an event that only a later version knows; the events after it are still delivered */
  #decode(id: string, fields: readonly Buffer[]): LifecycleRecord | undefined {
    try {
      return decodeLifecycleRecord(fields);
    } catch (error) {
      this.context.settings.warn('An event cannot be parsed', { event: id, reason: messageOf(error) });
      return undefined;
    }
  }

  #emit(partition: Partition, id: string, record: LifecycleRecord): void {
    this.handlers.onRecord(record);
    const { event } = record;
    if (event === undefined) return;
    for (const { onEvent, after } of [...this.#listeners]) {
      if (compareStreamIds(id, after[partition] ?? '0-0') > 0) onEvent(event);
    }
  }

  #complete(partition: Partition, id: string): void {
    if (compareStreamIds(id, this.#completed[partition] ?? '0-0') > 0) this.#completed[partition] = id;
  }

  /** The connection for commands comes back a moment later than that of the reader. */
  async #checkForGaps(read: readonly { key: string; after: string }[]): Promise<void> {
    const { signal } = this.#closed;
    const { wording } = this.context.connections;
    const retries = { forMs: CHECK_MS, evenWhenFull: false, signal, wording };
    try {
      for (const { key, after } of read) {
        const gap = await withRetries(retries, () => this.#gapBehind(key, after));
        if (gap === undefined) continue;
        this.context.settings.warn(gap, { key, after });
        this.#missed();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.context.settings.warn('Cannot check whether events were missed', { reason: messageOf(error) });
      this.#missed();
    }
  }

  /** @returns a sentence if not all events behind this one will come, or if some up to it were undone */
  async #gapBehind(key: string, after: string): Promise<string | undefined> {
    const { commands } = this.context.connections;
    if (after === '0-0') return (await this.#hasTrimmed(key)) ? TRIMMED : undefined;
    const [oldest] = await commands.xrange(key, '-', '+', 'COUNT', 1);
    const [newest] = await commands.xrevrange(key, '+', '-', 'COUNT', 1);
    if (oldest === undefined || newest === undefined || compareStreamIds(newest[0], after) < 0)
      return 'Redis has lost events that this node has read';
    if (compareStreamIds(oldest[0], after) <= 0) return undefined;
    return TRIMMED;
  }

  /** Whether entries of a stream were removed: of one in which this node has seen nothing, it has missed them. */
  async #hasTrimmed(key: string): Promise<boolean> {
    const { commands } = this.context.connections;
    if ((await commands.exists(key)) === 0) return false;
    const facts = toList(await commands.xinfo('STREAM', key));
    const number = (name: string): number => toNumber(facts[facts.indexOf(name) + 1]);
    return number('entries-added') > number('length');
  }

  #missed(): void {
    this.handlers.onGap();
    for (const { onMissed } of [...this.#listeners]) onMissed();
  }
}

/** Compares the ids of stream entries, `<ms>-<sequence>`, as Redis does. The empty string is before all ids. */
function compareStreamIds(a: string, b: string): number {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs - bMs || aSequence - bSequence;
}
