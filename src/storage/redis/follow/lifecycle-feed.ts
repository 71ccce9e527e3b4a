import { messageOf } from '../../../core/log/errors';
import type { LogId } from '../../../core/log/log-id';
import type { LifecycleEvent } from '../../../core/store/news';
import { BlockingReader, type RawEntry, type StreamSubscription } from '../../../redis/blocking-reader';
import { ALL_PARTITIONS, type Partition, partitionOf, slotKey } from '../../../redis/partitions';
import { lifecycleKey } from '../schema/keys';
import { decodeLifecycleRecord, type LifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreContext } from '../schema/store-context';

const ENTRIES_MAX = 256;

interface LifecycleHandlers {
  /** Called before the listeners. */
  onRecord(record: LifecycleRecord): void;
  /** The connection was lost for a while. The records of these partitions since then follow. */
  onReconnect(partitions: readonly Partition[]): void;
  /** Some of these records do not follow: Redis has trimmed them. */
  onGap(): void;
}

type LifecycleListener = (event: LifecycleEvent) => void;

/** The lifecycle events of all logs. An event of this node, too, comes back from Redis: once, and in the same order on all nodes. */
export class LifecycleFeed {
  readonly #readers = new Set<BlockingReader>();
  readonly #listeners = new Map<symbol, { listener: LifecycleListener; after: readonly string[] }>();
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

  /** Delivers no event of an operation that completed before this call, even if the event is still on its way. */
  subscribe(listener: LifecycleListener): () => void {
    const key = Symbol();
    this.#listeners.set(key, { listener, after: [...this.#completed] });
    return () => this.#listeners.delete(key);
  }

  /** An operation of this node completed, and wrote this event. */
  markCompleted(id: LogId, eventId: string): void {
    this.#complete(partitionOf(id), eventId);
  }

  close(): void {
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
    for (const { listener, after } of [...this.#listeners.values()]) {
      if (compareStreamIds(id, after[partition] ?? '0-0') > 0) listener(event);
    }
  }

  #complete(partition: Partition, id: string): void {
    if (compareStreamIds(id, this.#completed[partition] ?? '0-0') > 0) this.#completed[partition] = id;
  }

  async #checkForGaps(read: readonly { key: string; after: string }[]): Promise<void> {
    try {
      for (const { key, after } of read) {
        const [oldest] = await this.context.connections.commands.xrange(key, '-', '+', 'COUNT', 1);
        if (after === '0-0' || oldest === undefined || compareStreamIds(oldest[0], after) <= 0) continue;
        this.context.settings.warn('Events were trimmed before this node could read them', { key, after });
        this.handlers.onGap();
      }
    } catch (error) {
      this.context.settings.warn('Cannot check whether events were missed', { reason: messageOf(error) });
      this.handlers.onGap();
    }
  }
}

/** Compares the ids of stream entries, `<ms>-<sequence>`, as Redis does. The empty string is before all ids. */
function compareStreamIds(a: string, b: string): number {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs - bMs || aSequence - bSequence;
}
