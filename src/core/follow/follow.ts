import { RemovalWatch } from '../events/removal-watch';
import { isLogError, LogError } from '../log/errors';
import type { LogOutcome, LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import { retry } from '../scheduling/retry';
import type { LogStore, Page } from '../store/store';
import { PageSize } from './page-size';
import { waitForNews } from './wait-for-news';

/** How soon a reader asks again while the store is away. */
const PAUSES = { firstMs: 100, maxMs: 1_000, jitter: true };

export interface ReadOptions {
  /** Where to end, before the tail. */
  readonly until?: Offset;
  /** For a prompt reader pages may grow. Not where each is made into something else in one go: all others would wait for that. */
  readonly mayUseLargePages?: boolean;
  /** Reads each page in a turn of its own, and none ahead: for a reader of many logs, which would hold two pages of each. */
  readonly limitRead?: (read: () => Promise<Page>) => Promise<Page>;
}

/**
 * The log's pages from `from` up to its tail, each asked for while the one before is being consumed, unless `inTurn` is given. Ends at the tail, or at `until`;
 * the last page of a sealed log has an `end`. While the store is away it waits.
 * @throws LogError `LOG_GONE`, `STORE_DAMAGED`; the signal's reason
 */
export async function* readToTail(
  store: LogStore,
  log: LogRef,
  from: Offset,
  signal: AbortSignal,
  { until, mayUseLargePages = false, limitRead }: ReadOptions = {},
): AsyncGenerator<Page, void> {
  if (until !== undefined && from >= until) return;
  const size = new PageSize(mayUseLargePages);
  const readAt = (at: Offset): Promise<Page> => {
    const bytesMax = Math.min(size.reserve(at), until === undefined ? Number.POSITIVE_INFINITY : until - at);
    // Whether all is there is asked for once.
    const ask = { from: at, bytesMax, until: at === from ? until : undefined };
    const page = readWithRetry(store, log, ask, signal, limitRead).then(
      (page) => cutAt(page, until),
      (error) => {
        signal.throwIfAborted();
        throw error;
      },
    );
    // It is awaited a turn later, or never when the reader leaves: that must not count as unhandled.
    page.catch(() => {});
    return page;
  };
  try {
    for (let at = from, ahead = readAt(at); ; ) {
      const page = await ahead;
      const last = page.end !== undefined || page.chunks.length === 0 || page.next === until;
      if (!last && limitRead === undefined) ahead = readAt(page.next);
      const given = performance.now();
      if (page.chunks.length > 0 || page.end !== undefined) yield page;
      if (last) return;
      size.consumed(page.next - at, performance.now() - given);
      at = page.next;
      if (limitRead !== undefined) ahead = readAt(at);
    }
  } finally {
    size.releaseAll();
  }
}

/** A store may give a chunk more than it was asked for. */
function cutAt(page: Page, until: Offset | undefined): Page {
  if (until === undefined || page.next <= until) return page;
  const chunks = [...page.chunks];
  for (let excess = page.next - until; excess > 0; ) {
    const last = chunks.pop();
    if (last === undefined) break;
    if (last.length > excess) chunks.push(last.subarray(0, last.length - excess));
    excess -= last.length;
  }
  return { chunks, next: until, ...(page.release && { release: page.release }) };
}

interface PageRequest {
  readonly from: Offset;
  readonly bytesMax: number;
  readonly until: Offset | undefined;
}

function readWithRetry(
  store: LogStore,
  log: LogRef,
  { from, bytesMax, until }: PageRequest,
  signal: AbortSignal,
  inTurn = (read: () => Promise<Page>): Promise<Page> => read(),
): Promise<Page> {
  const read = (): Promise<Page> => {
    signal.throwIfAborted();
    return inTurn(() => store.read(log, from, bytesMax, until));
  };
  return retry(read, { pauses: PAUSES, signal, mayRetry: isUnavailable });
}

function isUnavailable(error: unknown): boolean {
  return isLogError(error, 'STORE_UNAVAILABLE');
}

/** Where a follower stands: bytes to pass on, and the end when that was the last of them. */
export interface FollowedPage {
  readonly chunks: readonly Buffer[];
  readonly next: Offset;
  readonly end?: LogOutcome;
}

/**
 * Every byte from `from` on, then live, until the log's end, which the last item carries. A log that is removed or replaced while its
 * follower stands at the tail ends so, too; one that is removed under a follower with bytes still to read throws `LOG_GONE`. One that loses
 * bytes throws `BYTES_LOST`.
 *
 * @param tail of the log, as far as it is known: what comes after it is listened for while the follower still reads
 */
export async function* follow(
  store: LogStore,
  log: LogRef,
  from: Offset,
  signal: AbortSignal,
  tail = from,
): AsyncGenerator<FollowedPage, void> {
  let at = from;
  // Before the first read, so that no removal is missed after the last.
  const removal = new RemovalWatch();
  let isLost = false;
  const unwatch = store.watch(log, tail, (news) => {
    removal.onNews(news);
    isLost ||= news.kind === 'lost';
  });
  try {
    for (;;) {
      for await (const page of readToTail(store, log, at, signal)) {
        if (isLost) throw new LogError('BYTES_LOST');
        yield page;
        if (page.end !== undefined) return;
        at = page.next;
      }
      if (isLost) throw new LogError('BYTES_LOST');
      await waitForNews(store, log, at, signal);
    }
  } catch (error) {
    const end = isLogError(error, 'LOG_GONE') ? await removal.outcomeAt(at) : undefined;
    if (end === undefined) throw error;
    yield { chunks: [], next: at, end };
  } finally {
    unwatch();
  }
}
