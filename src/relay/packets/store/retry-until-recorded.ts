import { messageOf } from '../../../core/log/errors';
import { retry } from '../../../core/scheduling/retry';
import type { Warn } from '../../../core/store/warnings';

const PAUSES = { firstMs: 100, maxMs: 2_000 };

/** Records what has happened: a store that is away only delays it. After an abort it warns: a server does it again later. */
export async function retryUntilRecorded(
  record: () => Promise<unknown>,
  { signal, warn }: { signal: AbortSignal; warn: Warn },
): Promise<void> {
  const report = (error: unknown): void => {
    warn('what became of a packet cannot be recorded', { reason: messageOf(error) });
  };
  let failures = 0;
  const mayRetry = (error: unknown): boolean => {
    failures += 1;
    if (failures === 1) report(error);
    return true;
  };
  await retry(record, { pauses: PAUSES, signal, ref: false, mayRetry }).catch(report);
}
