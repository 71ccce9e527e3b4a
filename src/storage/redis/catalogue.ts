import { isLogError, LogError } from '../../core/errors';
import { hasExpired } from '../../core/expiry';
import { matchesQuery } from '../../core/list-query';
import type { LogInfo } from '../../core/log';
import { type LogId, parseLogId } from '../../core/log-id';
import type { DueQuery, ListPage, ListQuery } from '../../core/store';
import type { Changes, Seen } from './change';
import type { Connections } from './connect';
import { ALL_PARTITIONS, expiringKey, orderKey, overdueKey, type Partition, sealedKey } from './keys';
import { NameIndex } from './name-index';
import { NewestFirst, type ReadStretch } from './newest-first';
import type { RedisStoreSettings } from './options';
import { toNumber } from './reply';
import { StoredInfos } from './stored-infos';
import { NotIndexed, type Quickly, readIndex, readOrder } from './stretches';

/** How many logs a page looks at. Where it drops most of them it comes back short, or empty, with a cursor to go on from. */
const LOOKED_AT_MAX = 2_000;
/** Where there is no index to find what matches, looking at many at once saves round trips. */
const UNINDEXED_BATCH = 250;

const CURSOR = /^\d{13}:[0-9a-f-]{36}$/;

export interface CatalogueOwner {
  readonly connections: Connections;
  readonly settings: Pick<RedisStoreSettings, 'warn'>;
  readonly changes: Pick<Changes, 'info'>;
  readonly stopping: AbortSignal;
  readonly quickly: Quickly;
}

/** Lists of logs, put together from what each partition keeps sorted. */
export class Catalogue {
  readonly #infos: StoredInfos;
  readonly #index: NameIndex;

  constructor(private readonly owner: CatalogueOwner) {
    this.#index = new NameIndex(owner.connections, owner.stopping);
    this.#infos = new StoredInfos(owner.connections, owner.quickly, owner.settings.warn);
  }

  /** Begins to index what a version without an index has stored. */
  open(): Promise<void> {
    return this.#index.open();
  }

  /** @throws LogError `LOG_ID_INVALID` for a cursor of another form; the signal's reason; whatever the client throws */
  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    const { cursor, prefix = '', state } = query;
    if (cursor !== undefined && !CURSOR.test(cursor))
      throw new LogError('LOG_ID_INVALID', 'The cursor is not one of a list');
    const { connections, quickly } = this.owner;
    const order = readOrder(connections, quickly);
    if (prefix === '' && state === undefined) return this.#page(query, order, query.limit, signal);
    try {
      return await this.#page(query, readIndex(connections, quickly, query), query.limit, signal);
    } catch (error) {
      if (!(error instanceof NotIndexed)) throw error;
      this.#index.build();
      return this.#page(query, order, UNINDEXED_BATCH, signal);
    }
  }

  /** @throws whatever the client throws */
  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const ahead = await this.#clockIsAheadBy();
    const [keyOf, max] = dueRange(query, ahead);
    const { commands } = this.owner.connections;
    const ranges = await Promise.all(
      ALL_PARTITIONS.map((partition) =>
        commands.zrangebyscore(keyOf(partition), '-inf', max, 'WITHSCORES', 'LIMIT', 0, limit),
      ),
    );
    const longestDue = ranges
      .flatMap(pairs)
      .sort((a, b) => a.score - b.score)
      .slice(0, limit);
    const seen = query.kind === 'expired' ? 'expired as well' : 'unexpired';
    const infos = await Promise.all(longestDue.map(({ member }) => this.#info(parseLogId(member), seen)));
    const found = infos.filter((info) => info !== undefined);
    // A log may have been used since its place in the set was found.
    return query.kind === 'expired' ? found.filter((info) => hasExpired(info, query.now - ahead)) : found;
  }

  /** How many logs there are. */
  async count(): Promise<number> {
    const { commands } = this.owner.connections;
    const counts = await Promise.all(ALL_PARTITIONS.map((partition) => commands.zcard(orderKey(partition))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #page(query: ListQuery, read: ReadStretch, atOnce: number, signal?: AbortSignal): Promise<ListPage> {
    const { cursor, limit, prefix = '' } = query;
    const places = new NewestFirst((partition, after, wanted) => {
      signal?.throwIfAborted();
      return read(partition, after, wanted);
    }, cursor);
    const logs: LogInfo[] = [];
    let last = cursor;
    for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX; ) {
      const batch = await places.take(Math.min(atOnce, LOOKED_AT_MAX));
      if (batch.length === 0) return { logs };
      signal?.throwIfAborted();
      const infos = await this.#infos.at(batch.filter(({ id }) => id.startsWith(prefix)));
      for (const [i, { key }] of batch.entries()) {
        const info = infos.get(key);
        last = key;
        if (info === undefined || !matchesQuery(info, query)) continue;
        logs.push(info);
        const isEnd = i === batch.length - 1 && places.isOver;
        if (logs.length === limit) return { logs, ...(!isEnd && { next: key }) };
      }
      lookedAt += batch.length;
    }
    return { logs, ...(last !== undefined && { next: last }) };
  }

  async #info(id: LogId, seen: Seen): Promise<LogInfo | undefined> {
    try {
      return (await this.#infos.readable(id, () => this.owner.changes.info(id, seen)))?.info;
    } catch (error) {
      // Expired, with forks.
      if (isLogError(error, 'LOG_RETIRED')) return undefined;
      throw error;
    }
  }

  /** How far this node's clock is ahead of that of Redis, by which the times are written. Milliseconds, negative when it is behind. */
  async #clockIsAheadBy(): Promise<number> {
    const [seconds, microseconds] = (await this.owner.connections.commands.time()).map(Number);
    // Not before: the way back must not make anything due early.
    return Date.now() - Math.floor(toNumber(seconds) * 1_000 + toNumber(microseconds) / 1_000);
  }
}

/** The set that a query looks at, and up to which score. */
function dueRange(
  query: DueQuery,
  ahead: number,
): [keyOf: (partition: Partition) => string, max: number | string] {
  switch (query.kind) {
    case 'overdue':
      return [overdueKey, query.now - ahead];
    case 'sealed':
      return [sealedKey, `(${query.before - ahead}`];
    case 'expired':
      return [expiringKey, query.now - ahead];
  }
}

function pairs(flat: readonly string[]): { member: string; score: number }[] {
  return flat.flatMap((member, i) => (i % 2 === 0 ? [{ member, score: Number(flat[i + 1]) }] : []));
}
