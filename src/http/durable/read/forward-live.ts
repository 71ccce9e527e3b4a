import { sizeOf } from '../../../core/bytes/size-of';
import { LogError } from '../../../core/log/errors';
import type { LogOutcome, LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { reserveTurnBytes } from '../../../core/scheduling/turn-byte-budget';
import type { LogStore } from '../../../core/store/store';

/** What a consumer does with chunks: passes them on, passes them on and falls behind, or leaves them to be read from the store. */
export type ForwardResult = 'passed' | 'behind' | 'left';

export interface ForwardEnd {
  readonly at: Offset;
  /** Present when the log ended there. */
  readonly outcome?: LogOutcome;
  /** The bytes before `at` that were stored in the same step as the end, and that were not passed on. */
  readonly last?: readonly Buffer[];
}

/**
 * Passes on what the log's watchers are told, in the same turn, until the log ends, or there is something that only a read can tell.
 * @param take is given chunks, of which `next` is the end. Unless it has passed them on, the consumer has to read on by itself
 * @throws the signal's reason; LogError `BYTES_LOST`
 */
export function forwardLive(
  store: LogStore,
  log: LogRef,
  from: Offset,
  signal: AbortSignal,
  take: (chunks: readonly Buffer[], next: Offset) => ForwardResult,
): Promise<ForwardEnd> {
  return new Promise((resolve, reject) => {
    let at = from;
    const stop = (): void => {
      unwatch();
      signal.removeEventListener('abort', onAbort);
    };
    const leave = (end: Omit<ForwardEnd, 'at'> = {}): void => {
      stop();
      resolve({ at, ...end });
    };
    const fail = (reason: unknown): void => {
      stop();
      reject(reason);
    };
    const onAbort = (): void => fail(signal.reason);
    const pass = (chunks: readonly Buffer[]): void => {
      const next = advance(at, sizeOf(chunks));
      const taken = take(chunks, next);
      if (taken !== 'left') at = next;
      if (taken !== 'passed') leave();
    };
    /** What is too large for this turn is read from the store, together with the end. */
    const finish = (chunks: readonly Buffer[], outcome: LogOutcome): void => {
      const size = sizeOf(chunks);
      if (reserveTurnBytes(size)) {
        at = advance(at, size);
        leave({ outcome, last: chunks });
      } else leave();
    };
    const unwatch = store.watch(log, from, (news) => {
      if (news.kind === 'bytes' && news.from === at) {
        if (news.end === undefined) pass(news.chunks);
        else finish(news.chunks, news.end);
      } else if (news.kind === 'ended' && news.at === at) leave({ outcome: news.outcome });
      else if (news.kind === 'lost') fail(new LogError('BYTES_LOST'));
      // Told of bytes that it has in part or whole, or of something to look at: the store knows what is missing.
      else leave();
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
