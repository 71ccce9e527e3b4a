import type { LogRef, Outcome, SealOutcome } from './log';
import { moved } from './moved';
import type { Offset } from './offset';
import type { LogStore, Page } from './store';

/** How many bytes a reader asks the store for at once. Two such pages are in memory for a reader that is catching up. */
export const PAGE_BYTES = 256 * 1024;

/**
 * The log's pages from `from` up to its tail, each asked for while the one before is being consumed. Ends at the tail; the last
 * page of a sealed log has an `end`.
 * @throws LogError `LOG_GONE`
 */
export async function* catchUp(
  store: LogStore,
  log: LogRef,
  from: Offset,
  until?: Offset,
): AsyncGenerator<Page, void> {
  const readAt = (at: Offset): Promise<Page> => {
    const bytesMax = until === undefined ? PAGE_BYTES : Math.min(PAGE_BYTES, until - at);
    const page = store.read(log, at, bytesMax);
    // It is awaited a turn later, or never when the reader leaves: that must not count as unhandled.
    page.catch(() => {});
    return page;
  };
  for (let ahead = readAt(from); ; ) {
    const page = await ahead;
    const last = page.end !== undefined || page.chunks.length === 0 || page.next === until;
    if (!last) ahead = readAt(page.next);
    if (page.chunks.length > 0 || page.end !== undefined) yield page;
    if (last) return;
  }
}

/** Where a follower stands: bytes to pass on, and the end when that was the last of them. */
export interface Followed {
  readonly chunks: readonly Buffer[];
  readonly next: Offset;
  readonly end?: Outcome;
}

/**
 * Every byte from `from` on, then live, until the log's end, which the last item carries. A log that is removed or replaced while its
 * follower stands at the tail ends so, too; one that is removed under a follower with bytes still to read throws `LOG_GONE`.
 */
export async function* follow(
  store: LogStore,
  log: LogRef,
  from: Offset,
  signal: AbortSignal,
): AsyncGenerator<Followed, void> {
  for (let at = from; ; ) {
    for await (const page of catchUp(store, log, at)) {
      signal.throwIfAborted();
      yield page;
      if (page.end !== undefined) return;
      at = page.next;
    }
    const news = await moved(store, log, at, signal);
    // No read could tell of this end any more. Whoever has not had all of the log finds that out by reading on.
    if (news.kind === 'ended' && news.at === at && isRemoval(news.outcome)) {
      yield { chunks: [], next: at, end: news.outcome };
      return;
    }
  }
}

export function isRemoval(outcome: Outcome): outcome is Exclude<Outcome, SealOutcome> {
  return outcome.kind !== 'complete' && outcome.kind !== 'aborted';
}
