import { sizeOf } from '../../../core/bytes/size-of';
import { isRemoval, type LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { LogNews, LogStore } from '../../../core/store/store';

/** What a log's watchers were told in one turn. */
export interface PendingNews {
  readonly chunks: readonly Buffer[];
  readonly next: Offset;
  /** The log was sealed there. */
  readonly isEnd: boolean;
}

export interface WaitLimit {
  /** Aborts when the one who waits is gone, or must be answered now. */
  readonly signal: AbortSignal;
  readonly ms: number;
}

/**
 * Waits at the log's tail for what comes next. What comes in one turn is told together: a last append and the seal belong together.
 * @returns `undefined` once `patience` is over; nothing heard (no chunks, no end) when there is something that only the store can tell
 */
export function waitForNews(
  store: LogStore,
  log: LogRef,
  tail: Offset,
  { signal, ms }: WaitLimit,
): Promise<PendingNews | undefined> {
  return new Promise((resolve) => {
    let heard: PendingNews = { chunks: [], next: tail, isEnd: false };
    let isDue = false;
    const settle = (answer: PendingNews | undefined): void => {
      clearTimeout(timer);
      unwatch();
      signal.removeEventListener('abort', giveUp);
      resolve(answer);
    };
    const giveUp = (): void => settle(undefined);
    const unwatch = store.watch(log, tail, (news) => {
      heard = hear(heard, news);
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => settle(heard));
    });
    const timer = setTimeout(giveUp, ms);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
  });
}

function hear(heard: PendingNews, news: LogNews): PendingNews {
  if (news.kind === 'bytes' && news.from === heard.next) {
    const chunks = heard.chunks.length === 0 ? news.chunks : [...heard.chunks, ...news.chunks];
    return { chunks, next: advance(heard.next, sizeOf(news.chunks)), isEnd: news.end !== undefined };
  }
  const isSealed = news.kind === 'ended' && news.at === heard.next && !isRemoval(news.outcome);
  return isSealed ? { ...heard, isEnd: true } : heard;
}
