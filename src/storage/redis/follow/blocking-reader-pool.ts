import { BlockingReader, type StreamSubscription } from '../../../redis/blocking-reader';
import { type Partition, slotKey } from '../../../redis/partitions';
import type { RedisStoreContext } from '../schema/store-context';

interface BlockingReaderPoolOptions<S extends StreamSubscription> {
  /** How many entries of a stream one reply may have. */
  readonly entriesMax: number;
  /** Reading these continues after their connection was lost. */
  reconnected(subscriptions: readonly S[]): void;
  /** A blocking read of these ended without an entry. */
  idle(subscriptions: readonly S[]): void;
}

/** Readers that can take over each other's streams. */
interface ReaderGroup<S> {
  readonly readers: Map<BlockingReader, Set<S>>;
  /** Readers that have room for another stream. */
  readonly open: Set<BlockingReader>;
  subscriptions: number;
}

/** Spreads streams over blocking readers, each with its own connection. Only when one is dissolved are all readers looked at. */
export class BlockingReaderPool<S extends StreamSubscription> {
  /** In a Cluster a read cannot span partitions; elsewhere all readers are in group 0. */
  readonly #groups = new Map<Partition, ReaderGroup<S>>();
  readonly #readers = new Map<S, BlockingReader>();

  constructor(
    private readonly context: RedisStoreContext,
    private readonly options: BlockingReaderPoolOptions<S>,
  ) {}

  add(partition: Partition, subscription: S): void {
    const group = this.#groupOf(partition);
    group.subscriptions += 1;
    this.#assign(partition, group, subscription);
  }

  delete(partition: Partition, subscription: S): void {
    const reader = this.#readers.get(subscription);
    if (reader === undefined) return;
    const group = this.#groupOf(partition);
    group.subscriptions -= 1;
    this.#readers.delete(subscription);
    group.readers.get(reader)?.delete(subscription);
    group.open.add(reader);
    reader.delete(subscription);
    if (reader.size === 0) forget(group, reader);
    else this.#tidy(partition, group);
  }

  close(): void {
    for (const { readers } of this.#groups.values()) for (const reader of readers.keys()) reader.close();
    this.#groups.clear();
    this.#readers.clear();
  }

  #groupOf(partition: Partition): ReaderGroup<S> {
    const key = this.context.connections.isCluster ? partition : 0;
    const group = this.#groups.get(key) ?? { readers: new Map(), open: new Set(), subscriptions: 0 };
    this.#groups.set(key, group);
    return group;
  }

  #assign(partition: Partition, group: ReaderGroup<S>, subscription: S): void {
    const [open] = group.open;
    const reader = open ?? this.#newReader(partition, group);
    this.#readers.set(subscription, reader);
    group.readers.get(reader)?.add(subscription);
    reader.add(subscription);
    if (reader.size >= this.context.settings.followedPerConnection) group.open.delete(reader);
  }

  #newReader(partition: Partition, group: ReaderGroup<S>): BlockingReader {
    const subscriptions = new Set<S>();
    const { connections, settings } = this.context;
    const { entriesMax, reconnected, idle } = this.options;
    const reader = new BlockingReader(connections, settings, slotKey(partition), {
      entriesMax,
      reconnected: () => reconnected([...subscriptions]),
      idle: () => idle([...subscriptions]),
    });
    group.readers.set(reader, subscriptions);
    group.open.add(reader);
    return reader;
  }

  /** Dissolves the emptiest reader if half as many readers would do. */
  #tidy(partition: Partition, group: ReaderGroup<S>): void {
    const enough = 1 + Math.ceil((2 * group.subscriptions) / this.context.settings.followedPerConnection);
    if (group.readers.size <= enough) return;
    const [emptiest] = [...group.readers].sort(([, a], [, b]) => a.size - b.size);
    if (emptiest === undefined) return;
    const [reader, subscriptions] = emptiest;
    forget(group, reader);
    for (const subscription of subscriptions) {
      reader.delete(subscription);
      this.#assign(partition, group, subscription);
    }
  }
}

function forget<S>(group: ReaderGroup<S>, reader: BlockingReader): void {
  group.readers.delete(reader);
  group.open.delete(reader);
}
