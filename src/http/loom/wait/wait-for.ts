import type { LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Offset } from '../../../core/log/offset';
import { abortable } from '../../../core/scheduling/abortable';
import type { LogNews } from '../../../core/store/news';
import type { LogStore } from '../../../core/store/store';

/**
 * Waits for news of a log after `seen`.
 * @param isRelevant which news to wait for
 * @throws the signal's reason
 */
export function waitForLogNews(
  store: LogStore,
  log: LogRef,
  seen: Offset,
  isRelevant: (news: LogNews) => boolean,
  signal: AbortSignal,
): Promise<void> {
  return abortable<void>(signal, (resolve) =>
    store.watch(log, seen, (news) => {
      if (isRelevant(news)) resolve();
    }),
  );
}

/**
 * Waits until there is a log of this id, made by any node.
 * @param onWait called when there is none yet
 * @throws the signal's reason; LogError as `LogStore.info`
 */
export async function waitForLog(
  store: LogStore,
  id: LogId,
  onWait: () => void,
  signal: AbortSignal,
): Promise<LogInfo> {
  let wake = (): void => {};
  let isCreated = false;
  // Before the first look, so that no creation is missed.
  const lookAgain = (): void => {
    isCreated = true;
    wake();
  };
  const unsubscribe = store.lifecycle(({ kind, log }) => {
    if (kind === 'created' && log.id === id) lookAgain();
  }, lookAgain);
  try {
    for (;;) {
      isCreated = false;
      const info = await store.info(id);
      if (info !== undefined) return info;
      onWait();
      if (isCreated) continue;
      await abortable<void>(signal, (resolve) => {
        wake = resolve;
        return () => {
          wake = () => {};
        };
      });
    }
  } finally {
    unsubscribe();
  }
}
