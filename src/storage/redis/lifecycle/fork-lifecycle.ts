import { isLogError, LogError, messageOf } from '../../../core/log/errors';
import type { ForkPoint, LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { FactsReply, OrphanedFork } from '../schema/facts-reply';
import type { RedisStoreContext } from '../schema/store-context';
import { copyToFork, dropCopy, type ForkSource } from './fork-copy';

/** Creates logs as copies of others, and frees the ids that forks keep taken. */
export class RedisForkLifecycle {
  constructor(
    private readonly context: RedisStoreContext,
    private readonly source: ForkSource & { info(id: LogId): Promise<LogInfo | undefined> },
  ) {}

  /** Copies the first bytes of the log, then runs `create`. @throws as `LogStore.create`; RangeError beyond the source's tail */
  async createFork(
    log: LogRef,
    from: ForkPoint,
    mode: 'new' | 'replace',
    create: () => Promise<FactsReply>,
  ): Promise<FactsReply> {
    // Checked before anything is copied; `create` checks it again.
    if (mode === 'new' && (await this.source.info(log.id)) !== undefined) throw new LogError('LOG_EXISTS');
    try {
      await this.retryRetired(from.source.id, () => copyToFork(this.context, this.source, log, from));
      return await create();
    } catch (error) {
      // After that error the log may exist.
      if (!isLogError(error, 'STORE_UNAVAILABLE')) await dropCopy(this.context, this.source, log, from);
      throw error;
    }
  }

  /** Runs `attempt` again if the forks that it was refused for do not exist any more. */
  async retryRetired<T>(id: LogId, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!isLogError(error, 'LOG_RETIRED')) throw error;
      if (await this.context.retry(() => this.source.refs.isRetired(id))) throw error;
      return attempt();
    }
  }

  /** Removes a fork that ended from the forks of its source. Where this fails, `RedisForkRefs.gcRefs` does it later. */
  async dropOrphan({ fork, source }: OrphanedFork): Promise<void> {
    try {
      await this.source.refs.dropRef(fork, source);
    } catch (error) {
      const details = { log: source.id, reason: messageOf(error) };
      this.context.settings.warn('A fork that ended could not be taken from its source', details);
    }
  }
}
