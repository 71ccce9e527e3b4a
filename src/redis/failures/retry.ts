import { LogError } from '../../core/log/errors';
import { retry } from '../../core/scheduling/retry';
import type { ErrorWording } from './error-wording';
import { failureKind } from './failure-kind';

const PAUSES = { firstMs: 20, maxMs: 500, jitter: true };

export interface RetryPolicy {
  /** How long to go on trying, in milliseconds. */
  readonly forMs: number;
  /** Whether room may appear while waiting, so that a full Redis is worth another try. */
  readonly evenWhenFull: boolean;
  /** Stops the waiting. */
  readonly signal: AbortSignal;
  readonly wording: ErrorWording;
}

/** Repeats what fails for a reason that may pass. */
export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

/**
 * Repeats what failed for a reason that may pass. What is repeated must be safe to repeat: an earlier try may have taken effect
 * without an answer.
 * @throws LogError
 */
export async function withRetries<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  const { forMs, signal } = policy;
  const mayRetry = (error: unknown): boolean => mayPass(error, policy);
  try {
    return await retry(attempt, { pauses: PAUSES, forMs, signal, mayRetry });
  } catch (error) {
    throw isMistake(error) ? error : policy.wording.toLogError(error);
  }
}

function mayPass(error: unknown, { evenWhenFull }: RetryPolicy): boolean {
  if (isMistake(error)) return false;
  if (error instanceof LogError) return error.code === 'STORE_UNAVAILABLE';
  const kind = failureKind(error);
  return kind === 'away' || (kind === 'full' && evenWhenFull);
}

/** An error of this program, or of its caller. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
