import { readToTail } from '../follow/read-to-tail';
import type { LogInfo } from '../log/log';
import { advance, type Offset } from '../log/offset';
import type { LogFileAccess } from '../store/log-file-access';
import type { LogStore, Page } from '../store/store';
import type { FoundLine } from './found-line';
import type { LogSearch } from './log-search';

/** From so many bytes on a thread reads the file itself. To start one takes as long as to search several times as many here. */
const FILE_BYTES_MIN = 4 * 1024 * 1024;

/** How much a thread goes past per job. */
const JOB_BYTES = 8 * 1024 * 1024;

/** How much is read around a line that was found, and at most where others follow. */
const [NEAR_BYTES, NEAR_BYTES_MAX] = [32 * 1024, 8 * 1024 * 1024];

/** So many lines found in what was read show that the next ones are near. */
const MANY_FOUND = 4;

/** What a search reads from. */
export interface SearchedLog {
  readonly store: LogStore;
  readonly info: LogInfo;
  /** Runs each read of a page, when it is due. */
  readonly limitRead: (read: () => Promise<Page>) => Promise<Page>;
}

/**
 * Searches a log from the beginning of a line up to its tail. Of a large file, a thread goes past the lines between those that are found.
 * @throws as `readToTail`, and as `LogSearch.push`
 */
export async function* searchLog(
  log: SearchedLog,
  search: LogSearch,
  from: Offset,
  signal: AbortSignal,
): AsyncGenerator<readonly FoundLine[], void> {
  const { tail } = log.info;
  const { logFiles } = search.maySkip ? log.store : {};
  let at = from;
  let tried = -1;
  let nearBytes = NEAR_BYTES;
  while (at < tail) {
    if (
      logFiles !== undefined &&
      nearBytes === NEAR_BYTES &&
      isFar(search, tail) &&
      search.lineBegin > tried
    ) {
      await skipInFile(logFiles, log.info, search, signal);
      at = search.lineBegin;
      tried = at;
    }
    const until =
      logFiles !== undefined && isFar(search, tail) ? advance(at, Math.min(nearBytes, tail - at)) : tail;
    let count = 0;
    for await (const page of pagesOf(log, at, until, signal)) {
      for await (const found of search.push(page, signal)) {
        count += found.length;
        yield found;
      }
      page.release?.();
    }
    at = until;
    nearBytes = count < MANY_FOUND ? NEAR_BYTES : Math.min(2 * nearBytes, NEAR_BYTES_MAX);
  }
  yield* search.end(signal);
}

function isFar({ lineBegin }: LogSearch, tail: Offset): boolean {
  return tail - lineBegin >= FILE_BYTES_MIN;
}

function pagesOf({ store, info, limitRead }: SearchedLog, from: Offset, until: Offset, signal: AbortSignal) {
  return readToTail(store, info, from, signal, { until, withTimes: true, limitRead });
}

/** Goes on to the next line that matches. What cannot be passed over has to be read. */
async function skipInFile(
  files: LogFileAccess,
  info: LogInfo,
  search: LogSearch,
  signal: AbortSignal,
): Promise<void> {
  const { tail } = info;
  for (let until = search.lineBegin; until < tail; ) {
    until = advance(search.lineBegin, Math.min(JOB_BYTES, tail - search.lineBegin));
    const isFound = await files.use(info, (fd) => search.skip(fd, until, signal));
    if (isFound !== false) return;
  }
}
