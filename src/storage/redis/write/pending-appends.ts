import { isLogError } from '../../../core/log/errors';
import type { Writer } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import { type RetryPolicy, withRetries } from '../../../redis/failures/retry';
import type { NodeState } from '../follow/node-state';
import type { LostLogs } from '../read/lost-logs';
import type { Appender } from './appender';

export interface PendingAppendsDependencies {
  readonly appender: Appender;
  readonly patience: RetryPolicy;
  readonly watching: NodeState;
  readonly lost: LostLogs;
}

/** The appends that are under way, and what follows from one that fails. */
export class PendingAppends {
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(private readonly owner: PendingAppendsDependencies) {}

  /** @throws LogError as `LogStore.append` */
  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const appending = this.#begin(writer, at, chunks);
    this.#underWay.add(appending);
    try {
      return await appending;
    } catch (error) {
      const { watching, lost } = this.owner;
      // Some of it may have been stored, and others may append from now on: this node is not the one that knows.
      if (isLogError(error) && error.code !== 'LOG_GAP') watching.writerLeft(writer.log, writer.epoch);
      throw await lost.explain(writer.log, error);
    } finally {
      this.#underWay.delete(appending);
    }
  }

  /** Resolves once none is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #begin(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const { appender, patience, watching } = this.owner;
    const { locator } = watching;
    const append = (): Promise<Offset> => appender.append(writer, at, chunks, patience);
    if (!locator.mayHaveExpired(writer.log)) return append();
    return withRetries(patience, () => locator.locate(writer.log)).then(append);
  }
}
