import type { ServerResponse } from 'node:http';
import { abortable } from '../../core/scheduling/abortable';
import { PROGRESS_EVENT } from './long-lived';
import { startStallTimer } from './stall-timer';

/** Resolves once the response can take more. @throws the signal's reason when the client leaves, or is cut after `stalledMs` */
export function waitForDrain(res: ServerResponse, stalledMs: number, signal: AbortSignal): Promise<void> {
  // Live bodies write to the socket itself, which the response does not notice.
  const full = res.socket?.writableNeedDrain === true ? res.socket : res;
  if (!full.writableNeedDrain && !signal.aborted) return Promise.resolve();
  return abortable(signal, (resolve) => {
    const onDrain = (): void => resolve();
    // When it cuts the consumer, 'close' follows, and with it the abort.
    const stopTimer = startStallTimer(res, stalledMs);
    full.once('drain', onDrain);
    if (res.socket === null) res.emit(PROGRESS_EVENT);
    return () => {
      stopTimer();
      full.off('drain', onDrain);
    };
  });
}
