import { isLogError, LogError } from '../../core/errors';
import { hasExpired } from '../../core/expiry';
import type { LogInfo } from '../../core/log';
import { type LogId, parseLogId } from '../../core/log-id';
import type { DueQuery, ListPage, ListQuery } from '../../core/store';
import type { Changes, Seen } from './change';
import type { Connections } from './connect';
import { ALL_PARTITIONS, expiringKey, orderKey, overdueKey, type Partition, sealedKey } from './keys';
import type { RedisStoreSettings } from './options';
import { toNumber } from './reply';

/** How many logs a page of a filtered list looks at. A page may come back short, or empty, with a cursor to go on from. */
const SCAN_MAX = 2_000;
const BATCH_MAX = 250;
const WARNED_OF_MAX = 1_000;

/** A cursor is what a member of the order begins with: 13 digits of milliseconds, and the generation. */
const CURSOR = /^\d{13}:[0-9a-f-]{36}$/;
const CURSOR_LENGTH = 13 + 1 + 36;

/** Lists of logs, put together from what each partition keeps sorted. */
export class Catalogue {
  /** Logs that an operator was warned of. */
  readonly #warnedOf = new Set<LogId>();

  constructor(
    private readonly connections: Connections,
    private readonly changes: Pick<Changes, 'info'>,
    private readonly warn: RedisStoreSettings['warn'],
  ) {}

  /** @throws LogError `LOG_ID_INVALID` for a cursor of another form; whatever the client throws */
  async list({ limit, cursor, prefix = '', state }: ListQuery): Promise<ListPage> {
    if (cursor !== undefined && !CURSOR.test(cursor))
      throw new LogError('LOG_ID_INVALID', 'The cursor is not one of a list');
    const logs: LogInfo[] = [];
    let after = cursor;
    for (let scanned = 0; scanned < SCAN_MAX; ) {
      // Where a filter may drop most of them, looking at many at once saves round trips.
      const isFiltered = prefix !== '' || state !== undefined;
      const wanted = isFiltered ? BATCH_MAX : Math.min(limit - logs.length, BATCH_MAX);
      const members = await this.#newest(after, wanted);
      const candidates = members.filter((member) => idIn(member).startsWith(prefix));
      for (const [position, info] of (await this.#infos(candidates)).entries()) {
        if (info === undefined || (state ?? info.state) !== info.state) continue;
        logs.push(info);
        const member = candidates[position];
        const isLast = member === members.at(-1) && members.length < wanted;
        if (logs.length === limit && member !== undefined)
          return { logs, ...(!isLast && { next: cursorOf(member) }) };
      }
      if (members.length < wanted) return { logs };
      scanned += members.length;
      after = members.map(cursorOf).at(-1);
    }
    return { logs, ...(after !== undefined && { next: after }) };
  }

  /** @throws whatever the client throws */
  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const ahead = await this.#clockIsAheadBy();
    const [keyOf, max] = dueRange(query, ahead);
    const ranges = await Promise.all(
      ALL_PARTITIONS.map((partition) =>
        this.connections.commands.zrangebyscore(
          keyOf(partition),
          '-inf',
          max,
          'WITHSCORES',
          'LIMIT',
          0,
          limit,
        ),
      ),
    );
    const longestDue = ranges
      .flatMap(pairs)
      .sort((a, b) => a.score - b.score)
      .slice(0, limit);
    const seen = query.kind === 'expired' ? 'expired as well' : 'unexpired';
    const infos = await Promise.all(longestDue.map(({ member }) => this.#readable(parseLogId(member), seen)));
    const found = infos.filter((info) => info !== undefined);
    // A log may have been used since its place in the set was found.
    return query.kind === 'expired' ? found.filter((info) => hasExpired(info, query.now - ahead)) : found;
  }

  /** How many logs there are. */
  async count(): Promise<number> {
    const counts = await Promise.all(
      ALL_PARTITIONS.map((partition) => this.connections.commands.zcard(orderKey(partition))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The members of all partitions that come after a cursor, newest first. */
  async #newest(cursor: string | undefined, count: number): Promise<readonly string[]> {
    const ranges = await Promise.all(
      ALL_PARTITIONS.map((partition) => this.#newestOf(partition, cursor, count)),
    );
    return ranges.flat().sort(descending).slice(0, count);
  }

  #newestOf(partition: Partition, cursor: string | undefined, count: number): Promise<string[]> {
    const max = cursor === undefined ? '+' : `(${cursor}`;
    return this.connections.commands.zrevrangebylex(orderKey(partition), max, '-', 'LIMIT', 0, count);
  }

  /** `undefined`, too, for a log whose facts cannot be understood: the others are not to suffer for it. */
  async #readable(id: LogId, seen: Seen): Promise<LogInfo | undefined> {
    try {
      return (await this.changes.info(id, seen))?.info;
    } catch (error) {
      // Expired, with forks.
      if (isLogError(error, 'LOG_RETIRED')) return undefined;
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      if (this.#warnedOf.size < WARNED_OF_MAX && !this.#warnedOf.has(id)) {
        this.#warnedOf.add(id);
        this.warn('The facts of a log are damaged', { log: id, reason: error.message });
      }
      return undefined;
    }
  }

  /** How far this node's clock is ahead of that of Redis, by which the times are written; 0 when it is behind. Milliseconds. */
  async #clockIsAheadBy(): Promise<number> {
    const asked = Date.now();
    const [seconds, microseconds] = (await this.connections.commands.time()).map(Number);
    return Math.max(0, asked - Math.floor(toNumber(seconds) * 1_000 + toNumber(microseconds) / 1_000));
  }

  async #infos(members: readonly string[]): Promise<readonly (LogInfo | undefined)[]> {
    return Promise.all(
      members.map(async (member) => {
        const info = await this.#readable(parseLogId(idIn(member)), 'unexpired');
        // Replaced meanwhile: the new generation has a place of its own in the list.
        return info !== undefined && cursorOf(member).endsWith(info.generation) ? info : undefined;
      }),
    );
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

function cursorOf(member: string): string {
  return member.slice(0, CURSOR_LENGTH);
}

function idIn(member: string): string {
  return member.slice(CURSOR_LENGTH + 1);
}

/** As Redis sorts them. The part that decides is ASCII. */
function descending(a: string, b: string): number {
  return a < b ? 1 : -1;
}

function pairs(flat: readonly string[]): { member: string; score: number }[] {
  return flat.flatMap((member, i) => (i % 2 === 0 ? [{ member, score: Number(flat[i + 1]) }] : []));
}
