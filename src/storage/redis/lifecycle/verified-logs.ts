import { isLogError } from '../../../core/log/errors';
import type { LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Change } from '../../../core/store/change';
import { LostTailError } from '../../../core/store/damage';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Retry } from '../../../redis/failures/retry';
import type { NodeState } from '../follow/node-state';
import type { Locator } from '../read/locator';
import type { FactsReply } from '../schema/facts-reply';
import type { Changes } from './changes';
import type { RedisForkLifecycle } from './fork-lifecycle';

interface VerifiedLogsDependencies {
  readonly retry: Retry;
  readonly changes: Pick<Changes, 'info' | 'change'>;
  readonly forks: Pick<RedisForkLifecycle, 'retryRetired'>;
  readonly nodeState: Pick<NodeState, 'changing'> & {
    readonly locator: Pick<Locator, 'verify' | 'locate' | 'lastLossNumber'>;
  };
  readonly damage: DamageReports;
}

/** Reads and changes the facts of logs. A loss of bytes is recorded first, so that every answer includes it. */
export class VerifiedLogs {
  constructor(private readonly deps: VerifiedLogsDependencies) {}

  /** @throws LogError as `LogStore.info` */
  async info(id: LogId): Promise<LogInfo | undefined> {
    const facts = await this.#read(id);
    if (facts === undefined) return undefined;
    const isStale = await this.deps.retry(() => this.#isStale(facts));
    return isStale ? (await this.#read(id))?.info : facts.info;
  }

  /** @throws LogError as `LogStore.change` */
  async change(log: LogRef, change: Change): Promise<FactsReply> {
    const { nodeState, changes, retry } = this.deps;
    const run = (): Promise<FactsReply> => nodeState.changing(log, change, () => changes.change(log, change));
    return run().catch(async (error: unknown) => {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      const { foundLoss } = await retry(() => nodeState.locator.locate(log));
      if (foundLoss) throw new LostTailError(log, foundLoss);
      return run();
    });
  }

  async #isStale(facts: FactsReply): Promise<boolean> {
    const { locator } = this.deps.nodeState;
    // After Redis was away, a reader that returns learns of the loss at once.
    if (!lacksStream(facts)) return (await locator.verify(facts.info)) || lacksLoss(facts, locator);
    await locator.locate(facts.info).catch((error: unknown) => {
      if (!isLogError(error)) throw error;
    });
    return true;
  }

  async #read(id: LogId): Promise<FactsReply | undefined> {
    const { forks, changes, damage } = this.deps;
    try {
      return await forks.retryRetired(id, () => changes.info(id));
    } catch (error) {
      throw damage.report({ id }, error);
    }
  }
}

/** Whether this node knows of a newer loss: one recorded in the background while the facts were on their way. */
function lacksLoss({ info }: FactsReply, locator: Pick<Locator, 'lastLossNumber'>): boolean {
  return locator.lastLossNumber(info) > (info.losses?.at(-1)?.number ?? 0);
}

/** Whether the byte stream of an open log is missing: each has an entry from its creation on. */
function lacksStream({ info, lastStamp }: FactsReply): boolean {
  return info.state !== 'closed' && lastStamp === 0;
}
