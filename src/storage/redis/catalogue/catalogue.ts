import type { LogInfo } from '../../../core/log/log';
import type { ListPage, ListQuery } from '../../../core/store/list-query';
import { assertCursor, matchesQuery } from '../../../core/store/list-query';
import type { LogCounts } from '../../../core/store/store';
import { ALL_PARTITIONS, type Partition } from '../../../redis/partitions';
import { namesKey, orderKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import type { LogInfoReader } from './log-info-reader';
import { NameIndexBuilder } from './name-index-builder';
import { PartitionMerge, type ReadPartitionPage } from './partition-merge';
import { indexReader, NotIndexedError, orderReader } from './partition-pages';

/** How many logs a page reads. If most of them do not match, the page is short or empty, and has a cursor to continue from. */
const READ_MAX = 2_000;
/** How many logs are read at a time without an index: most may not match, and large batches save round trips. */
const UNINDEXED_BATCH = 250;

const CURSOR = /^\d{13}:[0-9a-f-]{36}$/;

/** Lists logs: merges the sorted sets of the partitions. */
export class Catalogue {
  readonly #index: NameIndexBuilder;

  constructor(
    private readonly context: RedisStoreContext,
    private readonly infos: Pick<LogInfoReader, 'readAll'>,
  ) {
    this.#index = new NameIndexBuilder(context);
  }

  /** Starts to index logs that a version without an index has stored. */
  open(): Promise<void> {
    return this.#index.open();
  }

  /** @throws LogError `LOG_ID_INVALID` for a cursor of another form; the signal's reason; whatever the client throws */
  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    assertCursor(query, CURSOR);
    const { prefix = '', state } = query;
    const order = orderReader(this.context);
    if (prefix === '' && state === undefined) return this.#page(query, order, query.limit, signal);
    try {
      return await this.#page(query, indexReader(this.context, query), query.limit, signal);
    } catch (error) {
      if (!(error instanceof NotIndexedError)) throw error;
      this.#index.build();
      return this.#page(query, order, UNINDEXED_BATCH, signal);
    }
  }

  /** Until an older store is indexed, open and interrupted logs that are not in the index count as closed. */
  async count(): Promise<LogCounts> {
    const [all, open, interrupted] = await Promise.all([
      this.#sum(orderKey),
      this.#sum((partition) => namesKey(partition, 'open')),
      this.#sum((partition) => namesKey(partition, 'interrupted')),
    ]);
    return { open, interrupted, closed: Math.max(0, all - open - interrupted) };
  }

  /** The sizes of one sorted set of each partition. */
  async #sum(keyOf: (partition: Partition) => string): Promise<number> {
    const { connections, retry } = this.context;
    const sizes = await Promise.all(
      ALL_PARTITIONS.map((partition) => retry(() => connections.commands.zcard(keyOf(partition)))),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async #page(
    query: ListQuery,
    read: ReadPartitionPage,
    batchSize: number,
    signal?: AbortSignal,
  ): Promise<ListPage> {
    const { cursor, limit, prefix = '' } = query;
    const entries = new PartitionMerge((partition, after, wanted) => {
      signal?.throwIfAborted();
      return read(partition, after, wanted);
    }, cursor);
    const logs: LogInfo[] = [];
    let last = cursor;
    for (let readCount = 0; readCount < READ_MAX; ) {
      const batch = await entries.take(Math.min(batchSize, READ_MAX));
      if (batch.length === 0) return { logs };
      signal?.throwIfAborted();
      const infos = await this.infos.readAll(batch.filter(({ id }) => id.startsWith(prefix)));
      for (const [i, { key }] of batch.entries()) {
        const info = infos.get(key);
        last = key;
        if (info === undefined || !matchesQuery(info, query)) continue;
        logs.push(info);
        const isEnd = i === batch.length - 1 && entries.isExhausted;
        if (logs.length === limit) return { logs, ...(!isEnd && { next: key }) };
      }
      readCount += batch.length;
    }
    return { logs, ...(last !== undefined && { next: last }) };
  }
}
