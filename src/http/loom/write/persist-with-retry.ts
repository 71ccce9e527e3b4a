import { isLogError } from '../../../core/log/errors';
import { retry } from '../../../core/scheduling/retry';

/** Many producers may end while the store is away: jitter spreads their attempts. */
const PAUSES = { firstMs: 100, maxMs: 250, jitter: true };

/** Records a fact: a store that is away or full only delays it. @throws what `record` throws but that; that, too, once `signal` aborts */
export function persistWithRetry<T>(record: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retry(record, { pauses: PAUSES, signal, mayRetry: isStoreUnavailableOrFull });
}

function isStoreUnavailableOrFull(error: unknown): boolean {
  return isLogError(error, 'STORE_UNAVAILABLE') || isLogError(error, 'STORE_FULL');
}
