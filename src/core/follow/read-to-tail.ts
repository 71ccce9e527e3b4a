import { isLogError } from '../log/errors';
import type { LogRef } from '../log/log';
import { type Offset, START } from '../log/offset';
import { marksWithin } from '../log/time-mark';
import { retry } from '../scheduling/retry';
import type { LogStore, Page } from '../store/store';
import { PageSize } from './page-size';

/** The pauses of a reader while the store is unavailable. */
const PAUSES = { firstMs: 100, maxMs: 250, jitter: true };

export interface ReadOptions {
  /** Where to end, before the tail. */
  readonly until?: Offset;
  /** Pages may grow for a fast reader. Not for a reader that encodes a page in one go: all others would wait for that. */
  readonly mayUseLargePages?: boolean;
  /** Runs each read, when it is due. No page is read ahead then: a reader of many logs would hold two pages of each. */
  readonly limitRead?: (read: () => Promise<Page>) => Promise<Page>;
  /** The pages have `times`. That costs more. */
  readonly withTimes?: boolean;
}

/** One read of the store, with times or without. */
export function readPage(
  store: LogStore,
  log: LogRef,
  { from, bytesMax, until, withTimes }: PageRequest,
): Promise<Page> {
  return withTimes ? store.readTimed(log, from, bytesMax, until) : store.read(log, from, bytesMax, until);
}

/**
 * The log's pages from `from` up to its tail, or up to `until`. Each is read while the one before is being consumed, unless there is a
 * `limitRead`. The last page of a sealed log has an `end`. While the store is unavailable, the reader waits.
 * @throws LogError `LOG_GONE`, `STORE_DAMAGED`; the signal's reason
 */
export async function* readToTail(
  store: LogStore,
  log: LogRef,
  from: Offset,
  signal: AbortSignal,
  { until, mayUseLargePages = false, limitRead, withTimes }: ReadOptions = {},
): AsyncGenerator<Page, void> {
  if (until !== undefined && from >= until) return;
  const size = new PageSize(mayUseLargePages);
  const readAt = (at: Offset): Promise<Page> => {
    const bytesMax = Math.min(size.reserve(at), until === undefined ? Number.POSITIVE_INFINITY : until - at);
    // One check of the whole range is enough.
    const ask = { from: at, bytesMax, until: at === from ? until : undefined, withTimes };
    const page = readWithRetry(store, log, ask, signal, limitRead).then(
      (page) => cutAt(page, until),
      (error) => {
        signal.throwIfAborted();
        throw error;
      },
    );
    // It is awaited a turn later, or never if the reader leaves: neither may count as an unhandled rejection.
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

/** A store may return one chunk more than it was asked for. */
function cutAt(page: Page, until: Offset | undefined): Page {
  if (until === undefined || page.next <= until) return page;
  const chunks = [...page.chunks];
  for (let excess = page.next - until; excess > 0; ) {
    const last = chunks.pop();
    if (last === undefined) break;
    if (last.length > excess) chunks.push(last.subarray(0, last.length - excess));
    excess -= last.length;
  }
  const times = page.times && marksWithin(page.times, START, until);
  return { chunks, next: until, ...(times && { times }), ...(page.release && { release: page.release }) };
}

interface PageRequest {
  readonly from: Offset;
  readonly bytesMax: number;
  readonly until?: Offset | undefined;
  readonly withTimes?: boolean | undefined;
}

function readWithRetry(
  store: LogStore,
  log: LogRef,
  request: PageRequest,
  signal: AbortSignal,
  limitRead = (read: () => Promise<Page>): Promise<Page> => read(),
): Promise<Page> {
  const read = (): Promise<Page> => {
    signal.throwIfAborted();
    return limitRead(() => readPage(store, log, request));
  };
  return retry(read, { pauses: PAUSES, signal, mayRetry: isUnavailable });
}

function isUnavailable(error: unknown): boolean {
  return isLogError(error, 'STORE_UNAVAILABLE');
}
