import type { LogInfo } from '../../../core/log/log';
import { assertCursor, matchesQuery } from '../../../core/store/list-query';
import type { ListPage, ListQuery } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import type { Retry } from '../../../redis/failures/retry';
import { ALL_PARTITIONS } from '../../../redis/partitions';
import { orderKey } from '../schema/keys';
import type { LogInfoReader } from './log-info-reader';
import { NameIndexBuilder } from './name-index-builder';
import { PartitionMerge, type ReadPartitionPage } from './partition-merge';
import { indexReader, NotIndexedError, orderReader } from './partition-pages';

/** How many logs a page looks at. Where it drops most of them it comes back short, or empty, with a cursor to go on from. */
const LOOKED_AT_MAX = 2_000;
/** Where there is no index to find what matches, looking at many at once saves round trips. */
const UNINDEXED_BATCH = 250;

const CURSOR = /^\d{13}:[0-9a-f-]{36}$/;

export interface CatalogueDependencies {
  readonly connections: Connections;
  readonly infos: Pick<LogInfoReader, 'readAll'>;
  readonly stopping: AbortSignal;
  readonly quickly: Retry;
}

/** Lists of logs, put together from what each partition keeps sorted. */
export class Catalogue {
  readonly #index: NameIndexBuilder;

  constructor(private readonly owner: CatalogueDependencies) {
    this.#index = new NameIndexBuilder(owner.connections, owner.stopping);
  }

  /** Begins to index what a version without an index has stored. */
  open(): Promise<void> {
    return this.#index.open();
  }

  /** @throws LogError `LOG_ID_INVALID` for a cursor of another form; the signal's reason; whatever the client throws */
  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    assertCursor(query, CURSOR);
    const { prefix = '', state } = query;
    const { connections, quickly } = this.owner;
    const order = orderReader(connections, quickly);
    if (prefix === '' && state === undefined) return this.#page(query, order, query.limit, signal);
    try {
      return await this.#page(query, indexReader(connections, quickly, query), query.limit, signal);
    } catch (error) {
      if (!(error instanceof NotIndexedError)) throw error;
      this.#index.build();
      return this.#page(query, order, UNINDEXED_BATCH, signal);
    }
  }

  /** How many logs there are. */
  async count(): Promise<number> {
    const { commands } = this.owner.connections;
    const counts = await Promise.all(ALL_PARTITIONS.map((partition) => commands.zcard(orderKey(partition))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #page(
    query: ListQuery,
    read: ReadPartitionPage,
    atOnce: number,
    signal?: AbortSignal,
  ): Promise<ListPage> {
    const { cursor, limit, prefix = '' } = query;
    const places = new PartitionMerge((partition, after, wanted) => {
      signal?.throwIfAborted();
      return read(partition, after, wanted);
    }, cursor);
    const logs: LogInfo[] = [];
    let last = cursor;
    for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX; ) {
      const batch = await places.take(Math.min(atOnce, LOOKED_AT_MAX));
      if (batch.length === 0) return { logs };
      signal?.throwIfAborted();
      const infos = await this.owner.infos.readAll(batch.filter(({ id }) => id.startsWith(prefix)));
      for (const [i, { key }] of batch.entries()) {
        const info = infos.get(key);
        last = key;
        if (info === undefined || !matchesQuery(info, query)) continue;
        logs.push(info);
        const isEnd = i === batch.length - 1 && places.isExhausted;
        if (logs.length === limit) return { logs, ...(!isEnd && { next: key }) };
      }
      lookedAt += batch.length;
    }
    return { logs, ...(last !== undefined && { next: last }) };
  }
}
