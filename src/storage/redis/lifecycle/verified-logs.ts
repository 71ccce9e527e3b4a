import { isLogError } from '../../../core/log/errors';
import type { LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Change } from '../../../core/store/change';
import { LostTailError } from '../../../core/store/damage';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Retry } from '../../../redis/failures/retry';
import type { NodeState } from '../follow/node-state';
import type { FactsReply } from '../schema/facts-reply';
import type { Changes } from './changes';
import type { RedisForkLifecycle } from './fork-lifecycle';

export interface VerifiedLogsDependencies {
  readonly changes: Changes;
  readonly lineage: RedisForkLifecycle;
  readonly watching: NodeState;
  readonly damage: DamageReports;
  readonly quickly: Retry;
}

/** Reads and changes the facts of logs. What Redis has lost of a log is recorded first, so that every answer knows of it. */
export class VerifiedLogs {
  constructor(private readonly owner: VerifiedLogsDependencies) {}

  /** @throws LogError as `LogStore.info` */
  async info(id: LogId): Promise<LogInfo | undefined> {
    const facts = await this.#read(id);
    if (facts === undefined) return undefined;
    const isOld = await this.owner.quickly(() => this.#areOld(facts));
    return isOld ? (await this.#read(id))?.info : facts.info;
  }

  /** @throws LogError as `LogStore.change` */
  async change(log: LogRef, change: Change): Promise<FactsReply> {
    const { watching, changes, quickly } = this.owner;
    const run = (): Promise<FactsReply> => watching.changing(log, change, () => changes.change(log, change));
    return run().catch(async (error: unknown) => {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      const { found } = await quickly(() => watching.locator.locate(log));
      if (found) throw new LostTailError(log, found);
      return run();
    });
  }

  async #areOld(facts: FactsReply): Promise<boolean> {
    const { locator } = this.owner.watching;
    // After Redis was away, a reader that comes back is to learn at once of what it lost.
    if (!lacksStream(facts)) return locator.verify(facts.info);
    await locator.locate(facts.info).catch((error: unknown) => {
      if (!isLogError(error)) throw error;
    });
    return true;
  }

  #read(id: LogId): Promise<FactsReply | undefined> {
    const { lineage, changes, damage } = this.owner;
    const reading = lineage.retryRetired(id, () => changes.info(id));
    return reading.catch((error: unknown) => damage.rethrow({ id }, error));
  }
}

/** Whether the byte stream of an open log is gone: each has an entry from its creation on. */
function lacksStream({ info, lastStamp }: FactsReply): boolean {
  return info.state !== 'closed' && lastStamp === 0;
}
