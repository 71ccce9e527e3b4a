import { isLogError } from '../../../core/log/errors';
import { retry } from '../../../core/scheduling/retry';

/** Many producers may end while the store is away: jitter spreads their attempts. */
const PAUSES = { firstMs: 100, maxMs: 250, jitter: true };

/**
 * Records a fact: `STORE_UNAVAILABLE` and `STORE_FULL` only delay it, until `signal` aborts.
 * @throws every other error of `record`, and those two after the abort
 */
export function persistWithRetry<T>(record: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retry(record, { pauses: PAUSES, signal, mayRetry: isStoreUnavailableOrFull });
}

function isStoreUnavailableOrFull(error: unknown): boolean {
  return isLogError(error, 'STORE_UNAVAILABLE') || isLogError(error, 'STORE_FULL');
}
