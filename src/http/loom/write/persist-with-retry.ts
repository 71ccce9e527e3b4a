import { setTimeout as delay } from 'node:timers/promises';
import { isLogError } from '../../../core/log/errors';

const RETRY_MS = 250;

/**
 * Records a fact that is true already, such as the end of a body: a store that is away or full for a while only delays it.
 * @throws what `record` throws but `STORE_UNAVAILABLE` and `STORE_FULL`; and those, too, once `signal` aborts
 */
export async function persistWithRetry<T>(record: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await record();
    } catch (error) {
      const mayPass = isLogError(error, 'STORE_UNAVAILABLE') || isLogError(error, 'STORE_FULL');
      if (!mayPass || signal.aborted) throw error;
      await delay(RETRY_MS, undefined, { signal }).catch(() => {
        // Stopping: the next attempt is the last.
      });
    }
  }
}
