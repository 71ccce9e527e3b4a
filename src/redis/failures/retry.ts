import { setTimeout as delay } from 'node:timers/promises';
import { LogError } from '../../core/log/errors';
import type { ErrorWording } from './error-wording';
import { failureKind } from './failure-kind';

const FIRST_PAUSE_MS = 20;
const PAUSE_MS_MAX = 500;

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
 * Repeats what failed for a reason that may pass, with growing pauses. What is repeated must be safe to repeat: an earlier try may
 * have taken effect without an answer.
 * @throws LogError
 */
export async function withRetries<T>(patience: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + patience.forMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
    try {
      return await attempt();
    } catch (error) {
      if (isMistake(error)) throw error;
      const pauseMs = pause * (0.5 + Math.random());
      const hopeful = mayPass(error, patience) && performance.now() + pauseMs < until;
      if (!hopeful || patience.signal.aborted) throw patience.wording.toLogError(error);
      await pauseFor(pauseMs, patience.signal);
    }
  }
}

function mayPass(error: unknown, { evenWhenFull }: RetryPolicy): boolean {
  if (error instanceof LogError) return error.code === 'STORE_UNAVAILABLE';
  const kind = failureKind(error);
  return kind === 'away' || (kind === 'full' && evenWhenFull);
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  // Aborted: the next failure is the last.
  await delay(ms, undefined, { signal }).catch(() => {});
}

/** An error of this program, or of its caller. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
