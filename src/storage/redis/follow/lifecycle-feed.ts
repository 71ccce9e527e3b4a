import { messageOf } from '../../../core/log/errors';
import type { LogId } from '../../../core/log/log-id';
import type { LifecycleEvent } from '../../../core/store/store';
import { BlockingReader, type RawEntry, type StreamSubscription } from '../../../redis/blocking-reader';
import type { Connections } from '../../../redis/connections';
import { ALL_PARTITIONS, type Partition, partitionOf, slotKey } from '../../../redis/partitions';
import { compareStreamIds } from '../../../redis/stream-id';
import { lifecycleKey } from '../schema/keys';
import { decodeLifecycleRecord, type LifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreSettings } from '../schema/options';

const ENTRIES_MAX = 256;

export interface LifecycleHandlers {
  /** Told before the listeners. */
  onRecord(happening: LifecycleRecord): void;
  /** The connection was lost for a while. What happened meanwhile to logs of these partitions follows. */
  onReconnect(partitions: readonly Partition[]): void;
  /** Some of it does not: Redis no longer had it. */
  onGap(): void;
}

type LifecycleListener = (event: LifecycleEvent) => void;

/**
 * What happens to logs, of every node and this one alike: an event of this node is told when it comes back from Redis, so that it
 * is told once, and in the order in which all nodes hear it.
 */
export class LifecycleFeed {
  readonly #readers = new Set<BlockingReader>();
  readonly #listeners = new Map<symbol, { listener: LifecycleListener; heard: readonly string[] }>();
  /** For each partition, the last event that is over for a caller of this store. */
  readonly #over: string[] = ALL_PARTITIONS.map(() => '0-0');

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
    private readonly owner: LifecycleHandlers,
  ) {}

  /** Tells of everything that happens after this resolves. */
  async open(): Promise<void> {
    const subscriptions = await Promise.all(ALL_PARTITIONS.map((partition) => this.#subscription(partition)));
    if (!this.connections.isCluster) this.#read(ALL_PARTITIONS, subscriptions);
    else for (const partition of ALL_PARTITIONS) this.#read([partition], subscriptions);
  }

  /** A listener hears nothing of an operation that was over before it came, also when the event is still on its way. */
  subscribe(listener: LifecycleListener): () => void {
    const key = Symbol();
    this.#listeners.set(key, { listener, heard: [...this.#over] });
    return () => this.#listeners.delete(key);
  }

  /** An operation of this node is over, and wrote this event. */
  markCompleted(id: LogId, eventId: string): void {
    this.#passed(partitionOf(id), eventId);
  }

  close(): void {
    this.#listeners.clear();
    for (const reader of this.#readers) reader.close();
  }

  async #subscription(partition: Partition): Promise<StreamSubscription> {
    const key = lifecycleKey(partition);
    const [last] = await this.connections.commands.xrevrange(key, '+', '-', 'COUNT', 1);
    return { key, after: last?.[0] ?? '0-0', deliver: (entries) => this.#deliver(partition, entries) };
  }

  #read(partitions: readonly Partition[], all: readonly StreamSubscription[]): void {
    const subscriptions = all.filter((_, partition) => partitions.includes(partition));
    const reconnected = (): void => {
      this.owner.onReconnect(partitions);
      void this.#lookForGaps(subscriptions.map(({ key, after }) => ({ key, after })));
    };
    const reader = new BlockingReader(this.connections, this.settings, slotKey(partitions[0] ?? 0), {
      entriesMax: ENTRIES_MAX,
      reconnected,
    });
    this.#readers.add(reader);
    for (const subscription of subscriptions) reader.add(subscription);
  }

  #deliver(partition: Partition, entries: readonly RawEntry[]): void {
    for (const [rawId, fields] of entries) {
      const id = rawId.toString('latin1');
      const happening = this.#decode(id, fields);
      if (happening !== undefined) this.#tell(partition, id, happening);
      this.#passed(partition, id);
    }
  }

  /** A node of a later version may tell of what this one does not know. The events after it still count. */
  #decode(id: string, fields: readonly Buffer[]): LifecycleRecord | undefined {
    try {
      return decodeLifecycleRecord(fields);
    } catch (error) {
      this.settings.warn('An event cannot be understood', { event: id, reason: messageOf(error) });
      return undefined;
    }
  }

  #tell(partition: Partition, id: string, happening: LifecycleRecord): void {
    this.owner.onRecord(happening);
    const { event } = happening;
    if (event === undefined) return;
    for (const { listener, heard } of [...this.#listeners.values()]) {
      if (compareStreamIds(id, heard[partition] ?? '0-0') > 0) listener(event);
    }
  }

  #passed(partition: Partition, id: string): void {
    if (compareStreamIds(id, this.#over[partition] ?? '0-0') > 0) this.#over[partition] = id;
  }

  async #lookForGaps(places: readonly { key: string; after: string }[]): Promise<void> {
    try {
      for (const { key, after } of places) {
        const [oldest] = await this.connections.commands.xrange(key, '-', '+', 'COUNT', 1);
        if (after === '0-0' || oldest === undefined || compareStreamIds(oldest[0], after) <= 0) continue;
        this.settings.warn('Events were trimmed before this node could read them', { key, after });
        this.owner.onGap();
      }
    } catch (error) {
      this.settings.warn('Whether events were missed cannot be told', { reason: messageOf(error) });
      this.owner.onGap();
    }
  }
}
