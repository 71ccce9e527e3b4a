import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../core/log/errors';

const RETRY_MS = 100;
const RETRY_MS_MAX = 2_000;

/**
 * Records what has already happened: a store that is away or full only delays it. Gives up, having warned, when `signal` aborts: what
 * was not recorded is then done again, by this server after its next start or by another one.
 */
export async function retryUntilRecorded(
  record: () => Promise<unknown>,
  { signal, warn }: { signal: AbortSignal; warn: (message: string, details: object) => void },
): Promise<void> {
  for (let pause = RETRY_MS; ; pause = Math.min(pause * 2, RETRY_MS_MAX)) {
    try {
      await record();
      return;
    } catch (error) {
      if (pause === RETRY_MS || signal.aborted) {
        warn('what became of a packet cannot be recorded', { reason: messageOf(error) });
      }
      if (signal.aborted) return;
      await delay(pause, undefined, { signal, ref: false }).catch(() => {
        // Stopping: the next attempt is the last.
      });
    }
  }
}
