import { isLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import { type LogId, parseLogId } from '../../core/log/log-id';
import { hasExpired } from '../../core/state/expiry';
import type { DueQuery } from '../../core/store/store';
import type { Connections } from '../../redis/connections';
import type { Retry } from '../../redis/failures/retry';
import { ALL_PARTITIONS, type Partition, partitionOf } from '../../redis/partitions';
import { toNumber } from '../../redis/resp/reply';
import type { LogInfoReader } from './catalogue/log-info-reader';
import type { Changes, ExpiryFilter } from './lifecycle/changes';
import type { RedisForkRefs } from './lifecycle/fork-refs';
import type { NodeLease } from './nodes/node-lease';
import type { LostLogs } from './read/lost-logs';
import { expiringKey, overdueKey, sealedKey } from './schema/keys';
import { runLogScript } from './schema/log-scripts';

/** How many records one call looks at, where most of them turn out not to be due, or cannot be understood. */
const LOOKED_AT_MAX = 1_000;
/** After how long a record that cannot be understood is looked at again. Milliseconds. */
const POSTPONED_MS = 3_600_000;

/** The sets that a query looks at, and up to which score. */
interface DueRange {
  readonly keyOf: (partition: Partition) => string;
  readonly bound: number;
  /** As Redis takes it. */
  readonly max: number | string;
}

export interface DueLogsDependencies {
  readonly connections: Connections;
  readonly changes: Pick<Changes, 'info'>;
  readonly infos: Pick<LogInfoReader, 'readOrWarn'>;
  readonly lease: Pick<NodeLease, 'renew'>;
  readonly forks: Pick<RedisForkRefs, 'gcRefs'>;
  readonly lost: Pick<LostLogs, 'writePending'>;
  readonly quickly: Retry;
}

/** The logs whose time has come. */
export class DueLogs {
  constructor(private readonly owner: DueLogsDependencies) {}

  /** @throws LogError `STORE_UNAVAILABLE` */
  async find(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    // The janitor comes by in every round.
    await this.owner.lost.writePending();
    return this.owner.quickly(async () => {
      // A lease that has run out shows that Redis was away, or the node, or that the clock of the Redis host was set forward: deadlines
      // and expiries may have to be put off before any is looked at.
      if (query.kind !== 'sealed') await this.owner.lease.renew();
      if (query.kind === 'expired') await this.owner.forks.gcRefs();
      return this.#find(query, limit);
    });
  }

  async #find(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const ahead = await this.#clockIsAheadBy();
    const range = rangeOf(query, ahead);
    const found: LogInfo[] = [];
    const passed = new Set<LogId>();
    for (let lookedAt = 0; found.length < limit && lookedAt < LOOKED_AT_MAX; ) {
      const wanted = limit - found.length;
      const ids = await this.#oldest(range, wanted, passed);
      for (const { id, log } of await this.#records(query, range, ids)) {
        passed.add(id);
        // A log may have been used since its place in the set was found: it has another place now.
        const isDue = query.kind !== 'expired' || (log && hasExpired(log, query.now - ahead));
        if (log && isDue) found.push(log);
      }
      if (ids.length < wanted) break;
      lookedAt += ids.length;
    }
    return found;
  }

  /** The ids that have been due for longest, without those that were looked at before. */
  async #oldest({ keyOf, max }: DueRange, wanted: number, passed: ReadonlySet<LogId>): Promise<LogId[]> {
    const { commands } = this.owner.connections;
    const ranges = await Promise.all(
      ALL_PARTITIONS.map((partition) => {
        const count = wanted + passed.size;
        return commands.zrangebyscore(keyOf(partition), '-inf', max, 'WITHSCORES', 'LIMIT', 0, count);
      }),
    );
    return ranges
      .flatMap(pairs)
      .filter(({ id }) => !passed.has(id))
      .sort((a, b) => a.score - b.score)
      .slice(0, wanted)
      .map(({ id }) => id);
  }

  /** What there is of these logs, in their order. Damaged records are left out, and put off. */
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
    const { infos, changes } = this.owner;
    const seen: ExpiryFilter = kind === 'expired' ? 'expired as well' : 'unexpired';
    try {
      const readable = await infos.readOrWarn(id, async () => ({ facts: await changes.info(id, seen) }));
      return readable === undefined ? 'damaged' : readable.facts?.info;
    } catch (error) {
      // Expired, with forks.
      if (isLogError(error, 'LOG_RETIRED')) return undefined;
      throw error;
    }
  }

  /** Makes way for the records behind these. */
  async #postpone({ keyOf, bound }: DueRange, ids: readonly LogId[]): Promise<void> {
    const { commands } = this.owner.connections;
    for (const partition of new Set(ids.map(partitionOf))) {
      const members = ids.filter((id) => partitionOf(id) === partition);
      const args = [bound, bound + POSTPONED_MS, ...members];
      await runLogScript(commands, 'postpone-damaged', [keyOf(partition)], args);
    }
  }

  /** How far this node's clock is ahead of that of Redis, by which the times are written. Milliseconds, negative when it is behind. */
  async #clockIsAheadBy(): Promise<number> {
    const [seconds, microseconds] = (await this.owner.connections.commands.time()).map(Number);
    // Not before: the way back must not make anything due early.
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
