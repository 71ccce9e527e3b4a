import { isLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import { onAbort } from '../../core/scheduling/abortable';
import type { LogStore } from '../../core/store/store';

/** How often a log that is being read is touched per TTL: one failed touch does not end the log. */
const TIMES_PER_TTL = 3;
const INTERVAL_MS_MIN = 100;
/** Node's timers take no more. */
const INTERVAL_MS_MAX = 2 ** 31 - 1;

/** Extends the expiry of a log with an idle TTL, because it is being read. @throws LogError */
export async function touchLog(store: LogStore, info: LogInfo): Promise<void> {
  if (info.expiry?.kind === 'idle') await store.change(info, { kind: 'touch' });
}

/** Touches the log until the signal aborts. A failure shows at the next touch, or in reading. */
export function touchPeriodically(store: LogStore, info: LogInfo, signal: AbortSignal): void {
  const { expiry } = info;
  if (expiry?.kind !== 'idle' || signal.aborted) return;
  const everyMs = Math.min(Math.max(expiry.ttlMs / TIMES_PER_TTL, INTERVAL_MS_MIN), INTERVAL_MS_MAX);
  const timer = setInterval(() => {
    touchLog(store, info).catch((error: unknown) => {
      if (isLogError(error, 'LOG_GONE')) clearInterval(timer);
    });
  }, everyMs);
  onAbort(signal, () => clearInterval(timer));
}
