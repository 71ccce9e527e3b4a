import { LogError } from '../../core/log/errors';
import { retry } from '../../core/scheduling/retry';
import type { ErrorWording } from './error-wording';
import { failureKind } from './failure-kind';

const PAUSES = { firstMs: 20, maxMs: 500, jitter: true };

interface RetryPolicy {
  /** For how long new attempts begin, in milliseconds. */
  readonly forMs: number;
  /** Whether to retry while Redis is full. */
  readonly evenWhenFull: boolean;
  /** Ends the retries. */
  readonly signal: AbortSignal;
  readonly wording: ErrorWording;
}

/** Repeats an attempt while it fails for a temporary reason. */
export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

/** Repeats an attempt, which must be safe to repeat, while it fails for a temporary reason. @throws LogError */
export async function withRetries<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  const { forMs, signal } = policy;
  const mayRetry = (error: unknown): boolean => isTemporary(error, policy);
  try {
    return await retry(attempt, { pauses: PAUSES, forMs, signal, mayRetry });
  } catch (error) {
    throw isBug(error) ? error : policy.wording.toLogError(error);
  }
}

function isTemporary(error: unknown, { evenWhenFull }: RetryPolicy): boolean {
  if (isBug(error)) return false;
  if (error instanceof LogError) return error.code === 'STORE_UNAVAILABLE';
  const kind = failureKind(error);
  return kind === 'away' || (kind === 'full' && evenWhenFull);
}

/** Whether the error is a bug of this program or of its caller. */
function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
