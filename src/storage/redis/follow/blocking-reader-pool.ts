import { BlockingReader, type StreamSubscription } from '../../../redis/blocking-reader';
import type { Connections } from '../../../redis/connections';
import { type Partition, slotKey } from '../../../redis/partitions';
import type { RedisStoreSettings } from '../schema/options';

export interface BlockingReaderPoolOptions<S extends StreamSubscription> {
  /** The most entries of a stream in one reply. */
  readonly entriesMax: number;
  /** These are read again, after their connection was lost. */
  reconnected(subscriptions: readonly S[]): void;
  /** There was nothing to read of these for as long as Redis waits. */
  idle(subscriptions: readonly S[]): void;
}

/** Readers that can read each other's streams. */
interface ReaderGroup<S> {
  readonly served: Map<BlockingReader, Set<S>>;
  /** Readers that have room for more. */
  readonly open: Set<BlockingReader>;
  subscriptions: number;
}

/**
 * Spreads streams over blocking readers: a few share one, on a connection of its own. With thousands of streams no step looks at all of
 * them, nor at all readers, but that which dissolves one.
 */
export class BlockingReaderPool<S extends StreamSubscription> {
  /** In a Cluster a read cannot span partitions; elsewhere all readers are in group 0. */
  readonly #groups = new Map<Partition, ReaderGroup<S>>();
  readonly #readers = new Map<S, BlockingReader>();

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
    private readonly options: BlockingReaderPoolOptions<S>,
  ) {}

  add(partition: Partition, subscription: S): void {
    const group = this.#groupOf(partition);
    group.subscriptions += 1;
    this.#place(partition, group, subscription);
  }

  delete(partition: Partition, subscription: S): void {
    const reader = this.#readers.get(subscription);
    if (reader === undefined) return;
    const group = this.#groupOf(partition);
    group.subscriptions -= 1;
    this.#readers.delete(subscription);
    group.served.get(reader)?.delete(subscription);
    group.open.add(reader);
    reader.delete(subscription);
    if (reader.size === 0) forget(group, reader);
    else this.#tidy(partition, group);
  }

  close(): void {
    for (const { served } of this.#groups.values()) for (const reader of served.keys()) reader.close();
    this.#groups.clear();
    this.#readers.clear();
  }

  #groupOf(partition: Partition): ReaderGroup<S> {
    const key = this.connections.isCluster ? partition : 0;
    const group = this.#groups.get(key) ?? { served: new Map(), open: new Set(), subscriptions: 0 };
    this.#groups.set(key, group);
    return group;
  }

  #place(partition: Partition, group: ReaderGroup<S>, subscription: S): void {
    const [open] = group.open;
    const reader = open ?? this.#newReader(partition, group);
    this.#readers.set(subscription, reader);
    group.served.get(reader)?.add(subscription);
    reader.add(subscription);
    if (reader.size >= this.settings.followedPerConnection) group.open.delete(reader);
  }

  #newReader(partition: Partition, group: ReaderGroup<S>): BlockingReader {
    const served = new Set<S>();
    const { entriesMax, reconnected, idle } = this.options;
    const reader = new BlockingReader(this.connections, this.settings, slotKey(partition), {
      entriesMax,
      reconnected: () => reconnected([...served]),
      idle: () => idle([...served]),
    });
    group.served.set(reader, served);
    group.open.add(reader);
    return reader;
  }

  /** Dissolves the emptiest reader where the streams would do with half as many. */
  #tidy(partition: Partition, group: ReaderGroup<S>): void {
    const enough = 1 + Math.ceil((2 * group.subscriptions) / this.settings.followedPerConnection);
    if (group.served.size <= enough) return;
    const [emptiest] = [...group.served].sort(([, a], [, b]) => a.size - b.size);
    if (emptiest === undefined) return;
    const [reader, served] = emptiest;
    forget(group, reader);
    for (const subscription of served) {
      reader.delete(subscription);
      this.#place(partition, group, subscription);
    }
  }
}

function forget<S>(group: ReaderGroup<S>, reader: BlockingReader): void {
  group.served.delete(reader);
  group.open.delete(reader);
}
