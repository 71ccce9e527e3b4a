import { isLogError, LogError, messageOf } from '../../../core/log/errors';
import type { ForkPoint, LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Facts, LooseFork } from '../schema/facts-reply';
import type { RedisStoreSettings } from '../schema/options';
import { copyToFork, dropCopy, type ForkCopyOwner } from './fork-copy';

export interface LineageOwner extends ForkCopyOwner {
  readonly settings: RedisStoreSettings;
  info(id: LogId): Promise<LogInfo | undefined>;
}

/** How logs begin as copies of others, and what becomes of the ids of those. */
export class Lineage {
  constructor(private readonly owner: LineageOwner) {}

  /**
   * Runs `create` once the copy is there that the log is to begin with.
   * @throws LogError as `LogStore.create`; RangeError beyond the tail of the source
   */
  async fork(
    log: LogRef,
    from: ForkPoint,
    mode: 'new' | 'replace',
    create: () => Promise<Facts>,
  ): Promise<Facts> {
    // Found out before anything is copied. Whether it still holds then, `create` says.
    if (mode === 'new' && (await this.owner.info(log.id)) !== undefined) throw new LogError('LOG_EXISTS');
    try {
      await this.whileTaken(from.source.id, () => copyToFork(this.owner, log, from));
      return await create();
    } catch (error) {
      // After that one it may have been made.
      if (!isLogError(error, 'STORE_UNAVAILABLE')) await dropCopy(this.owner, log, from);
      throw error;
    }
  }

  /** Runs again what was refused for the sake of forks that are no more, which nobody has noticed yet. */
  async whileTaken<T>(id: LogId, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!isLogError(error, 'LOG_RETIRED')) throw error;
      if (await this.owner.quickly(() => this.owner.forks.isRetired(id))) throw error;
      return attempt();
    }
  }

  /** A fork is no more. Its source need not learn it at once: what fails here is found out later. */
  async ended({ fork, source }: LooseFork): Promise<void> {
    try {
      await this.owner.forks.letGo(fork, source);
    } catch (error) {
      const details = { log: source.id, reason: messageOf(error) };
      this.owner.settings.warn('That a fork of a log is gone could not be noted', details);
    }
  }
}
