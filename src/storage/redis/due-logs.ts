import { isLogError } from '../../core/errors';
import { hasExpired } from '../../core/expiry';
import type { LogInfo } from '../../core/log';
import { type LogId, parseLogId } from '../../core/log-id';
import type { DueQuery } from '../../core/store';
import type { Changes, Seen } from './change';
import type { Connections } from './connect';
import type { Forks } from './forks';
import { ALL_PARTITIONS, expiringKey, overdueKey, type Partition, sealedKey } from './keys';
import type { LostLogs } from './lost-logs';
import type { NodeLease } from './node-lease';
import { toNumber } from './reply';
import type { StoredInfos } from './stored-infos';
import type { Quickly } from './stretches';

export interface DueLogsOwner {
  readonly connections: Connections;
  readonly changes: Pick<Changes, 'info'>;
  readonly infos: Pick<StoredInfos, 'readable'>;
  readonly lease: Pick<NodeLease, 'renew'>;
  readonly forks: Pick<Forks, 'heal'>;
  readonly lost: Pick<LostLogs, 'catchUp'>;
  readonly quickly: Quickly;
}

/** The logs whose time has come. */
export class DueLogs {
  constructor(private readonly owner: DueLogsOwner) {}

  /** @throws LogError `STORE_UNAVAILABLE` */
  async find(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    // The janitor comes by in every round.
    await this.owner.lost.catchUp();
    return this.owner.quickly(async () => {
      // A lease that has run out shows that Redis was away, or the node: deadlines may have to be put off before any is looked at.
      if (query.kind === 'overdue') await this.owner.lease.renew();
      if (query.kind === 'expired') await this.owner.forks.heal();
      return this.#find(query, limit);
    });
  }

  async #find(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
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

  async #info(id: LogId, seen: Seen): Promise<LogInfo | undefined> {
    const { infos, changes } = this.owner;
    try {
      return (await infos.readable(id, () => changes.info(id, seen)))?.info;
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
