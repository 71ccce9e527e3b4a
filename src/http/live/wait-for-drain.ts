import type { ServerResponse } from 'node:http';
import { PROGRESS_EVENT } from './long-lived';
import { startStallTimer } from './stall-timer';

/**
 * Resolves once the response can take more. Until then its consumer is simply not served: nothing queues for it.
 * @throws the signal's reason when the client leaves, or is cut because it took nothing for `stalledMs`.
 */
export function waitForDrain(res: ServerResponse, stalledMs: number, signal: AbortSignal): Promise<void> {
  // Live bodies write to the socket itself, of which the response does not know.
  const full = res.socket?.writableNeedDrain === true ? res.socket : res;
  if (!full.writableNeedDrain && !signal.aborted) return Promise.resolve();
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      stopCut();
      full.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
    };
    const onDrain = (): void => {
      stop();
      resolve();
    };
    const onAbort = (): void => {
      stop();
      reject(signal.reason);
    };
    // 'close' follows, and with it the abort.
    const stopCut = startStallTimer(res, stalledMs);
    full.once('drain', onDrain);
    signal.addEventListener('abort', onAbort);
    if (res.socket === null) res.emit(PROGRESS_EVENT);
  });
}
