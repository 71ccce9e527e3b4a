import type { LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import type { LogNews, LogStore } from '../store/store';

/**
 * Resolves with the first news once the log is past `seen`, or ended. Level-triggered: nothing can be missed between a read and the wait.
 * @throws the signal's reason when it aborts first.
 */
export function waitForNews(
  store: LogStore,
  log: LogRef,
  seen: Offset,
  signal: AbortSignal,
): Promise<LogNews> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      unwatch();
      signal.removeEventListener('abort', aborted);
    };
    const aborted = (): void => {
      stop();
      reject(signal.reason);
    };
    const unwatch = store.watch(log, seen, (news) => {
      stop();
      resolve(news);
    });
    signal.addEventListener('abort', aborted);
  });
}
