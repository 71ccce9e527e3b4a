import { sizeOf } from '../../../core/bytes/size-of';
import type { LogInfo, LogInit } from '../../../core/log/log';
import { generateGeneration, type LogId } from '../../../core/log/log-id';
import { advance, START } from '../../../core/log/offset';
import type { CreateResult } from '../../../core/store/store';
import type { NodeState } from '../follow/node-state';
import type { LostLogs } from '../read/lost-logs';
import type { FactsReply } from '../schema/facts-reply';
import type { RedisStoreContext } from '../schema/store-context';
import type { Changes } from './changes';
import type { RedisForkLifecycle } from './fork-lifecycle';
import { LogLimit } from './log-limit';

interface LogCreatorDependencies {
  readonly changes: Changes;
  readonly forks: RedisForkLifecycle;
  readonly nodeState: NodeState;
  readonly lost: Pick<LostLogs, 'created'>;
}

/** Creates logs. */
export class LogCreator {
  readonly #limit: LogLimit;

  constructor(
    private readonly context: RedisStoreContext,
    private readonly deps: LogCreatorDependencies,
  ) {
    this.#limit = new LogLimit(context);
  }

  /** @throws LogError as `LogStore.create` */
  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const { changes, forks, nodeState, lost } = this.deps;
    const isFull = await this.context.retry(() => this.#limit.isReached());
    const log = { id, generation: generateGeneration() };
    const createOpen = (): Promise<FactsReply> =>
      forks.retryRetired(id, () => changes.create(log, init, mode, isFull));
    const { fork, first, graceMs } = init;
    const create = async (): Promise<FactsReply> =>
      fork === undefined ? createOpen() : forks.createFork(log, fork, mode, createOpen);
    const hasWriter = graceMs !== undefined && first?.seal === undefined;
    const creating = hasWriter ? nodeState.attaching(log, create) : create();
    const { info, lastStamp, replaced, eventId, orphan } = await creating;
    nodeState.feed.markCompleted(id, eventId);
    lost.created(info);
    this.#remember(info, lastStamp, init);
    if (orphan !== undefined) await forks.dropOrphan(orphan);
    if (!replaced) this.#limit.countCreation();
    return { info, replaced };
  }

  /** Bytes that were stored with the creation are known to exist, like appended ones. */
  #remember(info: LogInfo, lastStamp: number, { fork, first }: LogInit): void {
    const { locator } = this.deps.nodeState;
    locator.setExpires(info, info.expiry !== undefined);
    const size = sizeOf(first?.chunks ?? []);
    // The entry of a seal has the stamp after that of the last bytes.
    const stamp = info.state === 'closed' ? lastStamp - 1 : lastStamp;
    if (size > 0) locator.advance(info, advance(fork?.at ?? START, size), stamp);
  }
}
