import { sizeOf } from '../../../core/bytes/size-of';
import type { LogInfo, LogInit } from '../../../core/log/log';
import { generateGeneration, type LogId } from '../../../core/log/log-id';
import { advance, START } from '../../../core/log/offset';
import type { CreateResult } from '../../../core/store/store';
import type { LifecycleFeed } from '../follow/lifecycle-feed';
import type { Watching } from '../follow/node-state';
import type { LostLogs } from '../read/lost-logs';
import type { Facts } from '../schema/facts-reply';
import type { Changes } from './changes';
import type { Lineage } from './fork-lifecycle';
import type { LogLimit } from './log-limit';

export interface CreationOwner {
  readonly limit: LogLimit;
  readonly changes: Changes;
  readonly lineage: Lineage;
  readonly watching: Watching;
  readonly feed: LifecycleFeed;
  readonly lost: Pick<LostLogs, 'created'>;
  /** Repeats what fails for a reason that may pass. */
  quickly<T>(attempt: () => Promise<T>): Promise<T>;
}

/** Makes logs. */
export class Creation {
  constructor(private readonly owner: CreationOwner) {}

  /** @throws LogError as `LogStore.create` */
  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const { limit, changes, lineage, watching, feed, lost, quickly } = this.owner;
    const isFull = await quickly(() => limit.isReached());
    const log = { id, generation: generateGeneration() };
    const create = (): Promise<Facts> =>
      lineage.whileTaken(id, () => changes.create(log, init, mode, isFull));
    const { fork, first, graceMs } = init;
    const make = async (): Promise<Facts> =>
      fork === undefined ? create() : lineage.fork(log, fork, mode, create);
    const hasWriter = graceMs !== undefined && first?.seal === undefined;
    const making = hasWriter ? watching.attaching(log, make) : make();
    const { info, replaced, eventId, loose } = await making;
    feed.isOver(id, eventId);
    lost.created(info);
    this.#remember(info, init);
    if (loose !== undefined) await lineage.ended(loose);
    if (!replaced) limit.created();
    return { info, replaced };
  }

  /** What was stored with the creation is known to be there, as what is appended later. */
  #remember(info: LogInfo, { fork, first }: LogInit): void {
    const { locator } = this.owner.watching;
    locator.expires(info, info.expiry !== undefined);
    const size = sizeOf(first?.chunks ?? []);
    if (size > 0) locator.reached(info, advance(fork?.at ?? START, size), info.createdAt);
  }
}
