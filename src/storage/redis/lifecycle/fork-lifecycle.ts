import { isLogError, LogError, messageOf } from '../../../core/log/errors';
import type { ForkPoint, LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { FactsReply, OrphanedFork } from '../schema/facts-reply';
import type { RedisStoreSettings } from '../schema/options';
import { copyToFork, dropCopy, type ForkCopyDependencies } from './fork-copy';

export interface ForkLifecycleDependencies extends ForkCopyDependencies {
  readonly settings: RedisStoreSettings;
  info(id: LogId): Promise<LogInfo | undefined>;
}

/** How logs begin as copies of others, and what becomes of the ids of those. */
export class RedisForkLifecycle {
  constructor(private readonly owner: ForkLifecycleDependencies) {}

  /**
   * Runs `create` once the copy is there that the log is to begin with.
   * @throws LogError as `LogStore.create`; RangeError beyond the tail of the source
   */
  async createFork(
    log: LogRef,
    from: ForkPoint,
    mode: 'new' | 'replace',
    create: () => Promise<FactsReply>,
  ): Promise<FactsReply> {
    // Found out before anything is copied. Whether it still holds then, `create` says.
    if (mode === 'new' && (await this.owner.info(log.id)) !== undefined) throw new LogError('LOG_EXISTS');
    try {
      await this.retryRetired(from.source.id, () => copyToFork(this.owner, log, from));
      return await create();
    } catch (error) {
      // After that one it may have been made.
      if (!isLogError(error, 'STORE_UNAVAILABLE')) await dropCopy(this.owner, log, from);
      throw error;
    }
  }

  /** Runs again what was refused for the sake of forks that are no more, which nobody has noticed yet. */
  async retryRetired<T>(id: LogId, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!isLogError(error, 'LOG_RETIRED')) throw error;
      if (await this.owner.quickly(() => this.owner.forks.isRetired(id))) throw error;
      return attempt();
    }
  }

  /** A fork is no more. Its source need not learn it at once: what fails here is found out later. */
  async dropOrphan({ fork, source }: OrphanedFork): Promise<void> {
    try {
      await this.owner.forks.dropRef(fork, source);
    } catch (error) {
      const details = { log: source.id, reason: messageOf(error) };
      this.owner.settings.warn('That a fork of a log is gone could not be noted', details);
    }
  }
}
