import { isLogError } from '../../../core/log/errors';
import type { Writer } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { Retry } from '../../../redis/failures/retry';
import type { NodeState } from '../follow/node-state';
import type { LostLogs } from '../read/lost-logs';
import type { RedisStoreContext } from '../schema/store-context';
import { Appender } from './appender';

/** The appends that are under way. After an append that fails, its writer appends no more. */
export class PendingAppends {
  readonly #pending = new Set<Promise<unknown>>();
  readonly #appender: Appender;

  constructor(
    { connections }: RedisStoreContext,
    private readonly nodeState: NodeState,
    private readonly lost: LostLogs,
    private readonly retry: Retry,
  ) {
    this.#appender = new Appender(connections, nodeState, retry);
  }

  /** @throws LogError as `LogStore.append` */
  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const appending = this.#begin(writer, at, chunks);
    this.#pending.add(appending);
    try {
      return await appending;
    } catch (error) {
      // A part of it may be stored, and other nodes may append from now on.
      if (isLogError(error) && error.code !== 'LOG_GAP') this.nodeState.writerLeft(writer.log, writer.epoch);
      throw await this.lost.explain(writer.log, error);
    } finally {
      this.#pending.delete(appending);
    }
  }

  /** Resolves once no append is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  #begin(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const { locator } = this.nodeState;
    const append = (): Promise<Offset> => this.#appender.append(writer, at, chunks);
    if (!locator.mayHaveExpired(writer.log)) return append();
    return this.retry(() => locator.locate(writer.log)).then(append);
  }
}
