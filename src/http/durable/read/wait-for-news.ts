import { sizeOf } from '../../../core/bytes/size-of';
import { isRemoval, type LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { LogNews } from '../../../core/store/news';
import type { LogStore } from '../../../core/store/store';

/** What the news of one turn says. Without bytes and end, only the store knows what has happened. */
export interface TurnNews {
  readonly chunks: readonly Buffer[];
  readonly next: Offset;
  /** The log was sealed there. */
  readonly isEnd: boolean;
}

interface WaitLimit {
  /** Aborts when the client has left, or has to get its answer now. */
  readonly signal: AbortSignal;
  readonly ms: number;
}

/**
 * Waits at the log's tail for the news of one turn: a last append and the seal belong together. `undefined`: the limit was reached.
 * Not a `Follower`: it reads nothing. The long poll asks for the facts, which decide on its answer anew.
 */
export function waitForNews(
  store: LogStore,
  log: LogRef,
  tail: Offset,
  { signal, ms }: WaitLimit,
): Promise<TurnNews | undefined> {
  return new Promise((resolve) => {
    let gathered: TurnNews = { chunks: [], next: tail, isEnd: false };
    let isDue = false;
    const settle = (result: TurnNews | undefined): void => {
      clearTimeout(timer);
      unwatch();
      signal.removeEventListener('abort', onLimit);
      resolve(result);
    };
    const onLimit = (): void => settle(undefined);
    const unwatch = store.watch(log, tail, (news) => {
      gathered = gather(gathered, news);
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => settle(gathered));
    });
    const timer = setTimeout(onLimit, ms);
    if (signal.aborted) onLimit();
    else signal.addEventListener('abort', onLimit);
  });
}

function gather(gathered: TurnNews, news: LogNews): TurnNews {
  if (news.kind === 'bytes' && news.from === gathered.next) {
    const chunks = gathered.chunks.length === 0 ? news.chunks : [...gathered.chunks, ...news.chunks];
    return { chunks, next: advance(gathered.next, sizeOf(news.chunks)), isEnd: news.end !== undefined };
  }
  const isSealed = news.kind === 'ended' && news.at === gathered.next && !isRemoval(news.outcome);
  return isSealed ? { ...gathered, isEnd: true } : gathered;
}
