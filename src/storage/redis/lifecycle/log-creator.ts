import { sizeOf } from '../../../core/bytes/size-of';
import type { LogInfo, LogInit } from '../../../core/log/log';
import { generateGeneration, type LogId } from '../../../core/log/log-id';
import { advance, START } from '../../../core/log/offset';
import type { CreateResult } from '../../../core/store/store';
import type { LifecycleFeed } from '../follow/lifecycle-feed';
import type { NodeState } from '../follow/node-state';
import type { LostLogs } from '../read/lost-logs';
import type { FactsReply } from '../schema/facts-reply';
import type { Changes } from './changes';
import type { RedisForkLifecycle } from './fork-lifecycle';
import type { LogLimit } from './log-limit';

export interface LogCreatorDependencies {
  readonly limit: LogLimit;
  readonly changes: Changes;
  readonly lineage: RedisForkLifecycle;
  readonly watching: NodeState;
  readonly feed: LifecycleFeed;
  readonly lost: Pick<LostLogs, 'created'>;
  /** Repeats what fails for a reason that may pass. */
  quickly<T>(attempt: () => Promise<T>): Promise<T>;
}

/** Makes logs. */
export class LogCreator {
  constructor(private readonly owner: LogCreatorDependencies) {}

  /** @throws LogError as `LogStore.create` */
  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const { limit, changes, lineage, watching, feed, lost, quickly } = this.owner;
    const isFull = await quickly(() => limit.isReached());
    const log = { id, generation: generateGeneration() };
    const create = (): Promise<FactsReply> =>
      lineage.retryRetired(id, () => changes.create(log, init, mode, isFull));
    const { fork, first, graceMs } = init;
    const make = async (): Promise<FactsReply> =>
      fork === undefined ? create() : lineage.createFork(log, fork, mode, create);
    const hasWriter = graceMs !== undefined && first?.seal === undefined;
    const making = hasWriter ? watching.attaching(log, make) : make();
    const { info, replaced, eventId, loose } = await making;
    feed.markCompleted(id, eventId);
    lost.created(info);
    this.#remember(info, init);
    if (loose !== undefined) await lineage.dropOrphan(loose);
    if (!replaced) limit.countCreation();
    return { info, replaced };
  }

  /** What was stored with the creation is known to be there, as what is appended later. */
  #remember(info: LogInfo, { fork, first }: LogInit): void {
    const { locator } = this.owner.watching;
    locator.setExpires(info, info.expiry !== undefined);
    const size = sizeOf(first?.chunks ?? []);
    if (size > 0) locator.advance(info, advance(fork?.at ?? START, size), info.createdAt);
  }
}
