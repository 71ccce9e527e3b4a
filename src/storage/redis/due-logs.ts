import { isLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import { type LogId, parseLogId } from '../../core/log/log-id';
import { hasExpired } from '../../core/state/expiry';
import type { DueQuery } from '../../core/store/due-query';
import { ALL_PARTITIONS, byPartition, type Partition } from '../../redis/partitions';
import { toNumber } from '../../redis/resp/reply';
import type { LogInfoReader } from './catalogue/log-info-reader';
import type { Changes, ExpiryFilter } from './lifecycle/changes';
import type { RedisForkRefs } from './lifecycle/fork-refs';
import type { NodeLease } from './nodes/node-lease';
import type { LostLogs } from './read/lost-logs';
import { expiringKey, overdueKey, sealedKey } from './schema/keys';
import type { RedisStoreContext } from './schema/store-context';

/** How many records one call reads, if most of them turn out not to be due, or cannot be parsed. */
const READ_MAX = 1_000;
/** After how long a record that cannot be parsed is read again. Milliseconds. */
const POSTPONED_MS = 3_600_000;

/** The sets that a query reads, and up to which score. */
interface DueRange {
  readonly keyOf: (partition: Partition) => string;
  readonly bound: number;
  /** The bound as Redis takes it. */
  readonly max: number | string;
}

interface DueLogsDependencies {
  readonly changes: Pick<Changes, 'info'>;
  readonly infos: Pick<LogInfoReader, 'readOrWarn'>;
  readonly lease: Pick<NodeLease, 'renew'>;
  readonly refs: Pick<RedisForkRefs, 'gcRefs'>;
  readonly lost: Pick<LostLogs, 'writePending'>;
}

/** Finds the logs that are due: overdue, sealed long enough, or expired. */
export class DueLogs {
  constructor(
    private readonly context: RedisStoreContext,
    private readonly deps: DueLogsDependencies,
  ) {}

  /** @throws LogError `STORE_UNAVAILABLE` */
  async find(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const { lost, lease, refs } = this.deps;
    // Here because the janitor calls this regularly.
    await lost.writePending();
    return this.context.retry(async () => {
      // If the lease has run out, or the clock of Redis was set forward, this extends deadlines and expiries before any is read.
      if (query.kind !== 'sealed') await lease.renew();
      if (query.kind === 'expired') await refs.gcRefs();
      return this.#find(query, limit);
    });
  }

  async #find(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const ahead = await this.#clockIsAheadBy();
    const range = rangeOf(query, ahead);
    const found: LogInfo[] = [];
    const seen = new Set<LogId>();
    for (let read = 0; found.length < limit && read < READ_MAX; ) {
      const wanted = limit - found.length;
      const ids = await this.#oldest(range, wanted, seen);
      for (const { id, log } of await this.#records(query, range, ids)) {
        seen.add(id);
        // A log may have been used since its score was read: its score is later now.
        const isDue = query.kind !== 'expired' || (log && hasExpired(log, query.now - ahead));
        if (log && isDue) found.push(log);
      }
      if (ids.length < wanted) break;
      read += ids.length;
    }
    return found;
  }

  /** The ids that have been due for longest, without those in `seen`. */
  async #oldest({ keyOf, max }: DueRange, wanted: number, seen: ReadonlySet<LogId>): Promise<LogId[]> {
    const { commands } = this.context.connections;
    const ranges = await Promise.all(
      ALL_PARTITIONS.map((partition) => {
        const count = wanted + seen.size;
        return commands.zrangebyscore(keyOf(partition), '-inf', max, 'WITHSCORES', 'LIMIT', 0, count);
      }),
    );
    return ranges
      .flatMap(pairs)
      .filter(({ id }) => !seen.has(id))
      .sort((a, b) => a.score - b.score)
      .slice(0, wanted)
      .map(({ id }) => id);
  }

  /** The records of these logs, in their order. Damaged records are left out, and postponed. */
  async #records(
    query: DueQuery,
    range: DueRange,
    ids: readonly LogId[],
  ): Promise<readonly { id: LogId; log: LogInfo | undefined }[]> {
    const records = await Promise.all(ids.map((id) => this.#record(id, query)));
    const damaged = ids.filter((_, i) => records[i] === 'damaged');
    await this.#postpone(range, damaged);
    return ids.flatMap((id, i) => {
      const log = records[i];
      return log === 'damaged' ? [] : [{ id, log }];
    });
  }

  async #record(id: LogId, { kind }: DueQuery): Promise<LogInfo | 'damaged' | undefined> {
    const { infos, changes } = this.deps;
    const filter: ExpiryFilter = kind === 'expired' ? 'expired as well' : 'unexpired';
    try {
      const readable = await infos.readOrWarn(id, async () => ({ facts: await changes.info(id, filter) }));
      return readable === undefined ? 'damaged' : readable.facts?.info;
    } catch (error) {
      // Expired, with forks.
      if (isLogError(error, 'LOG_RETIRED')) return undefined;
      throw error;
    }
  }

  /** Gives damaged records a later score, so that the records behind them are found. */
  async #postpone({ keyOf, bound }: DueRange, ids: readonly LogId[]): Promise<void> {
    for (const [partition, members] of byPartition(ids, (id) => id)) {
      const args = [bound, bound + POSTPONED_MS, ...members];
      await this.context.scripts.run('postpone-damaged', [keyOf(partition)], args);
    }
  }

  /** How far this node's clock is ahead of the clock of Redis, by which the scores are written. Milliseconds, negative if it is behind. */
  async #clockIsAheadBy(): Promise<number> {
    const [seconds, microseconds] = (await this.context.connections.commands.time()).map(Number);
    // Read after the reply, so that its way back makes nothing due early.
    return Date.now() - Math.floor(toNumber(seconds) * 1_000 + toNumber(microseconds) / 1_000);
  }
}

function rangeOf(query: DueQuery, ahead: number): DueRange {
  switch (query.kind) {
    case 'overdue':
      return upTo(overdueKey, query.now - ahead);
    case 'sealed':
      return { ...upTo(sealedKey, query.before - ahead), max: `(${query.before - ahead}` };
    case 'expired':
      return upTo(expiringKey, query.now - ahead);
  }
}

function upTo(keyOf: DueRange['keyOf'], bound: number): DueRange {
  return { keyOf, bound, max: bound };
}

function pairs(flat: readonly string[]): { id: LogId; score: number }[] {
  return flat.flatMap((member, i) =>
    i % 2 === 0 ? [{ id: parseLogId(member), score: Number(flat[i + 1]) }] : [],
  );
}
