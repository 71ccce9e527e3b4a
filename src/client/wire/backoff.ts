import { LoomClientError } from './errors';
import { whenAborted } from './when-aborted';

export interface BackoffOptions {
  /** The longest first wait. It doubles with each failure. Default 100. */
  readonly baseMs?: number;
  /** The longest wait, unless the server's Retry-After is longer. Default 5,000. */
  readonly capMs?: number;
  /** How long retries may fail in a row. Default: forever. */
  readonly giveUpAfterMs?: number;
}

/** Waits between retries, with full jitter: clients that lost the same server reconnect at different times. */
export class Backoff {
  #failures = 0;
  #failingSince: number | undefined;

  constructor(private readonly options: BackoffOptions) {}

  succeeded(): void {
    this.#failures = 0;
    this.#failingSince = undefined;
  }

  /**
   * @param failure the error before the wait. Its `retryAfterMs`, if any, is added to the wait.
   * @throws LoomClientError `GAVE_UP`; the signal's reason when it aborts
   */
  async wait(failure: LoomClientError, signal: AbortSignal): Promise<void> {
    // `Date.now()` could jump: the system clock may be set during an outage.
    const now = performance.now();
    this.#failingSince ??= now;
    const left = this.#failingSince + (this.options.giveUpAfterMs ?? Number.POSITIVE_INFINITY) - now;
    if (left <= 0) throw new LoomClientError('GAVE_UP', `gave up: ${failure.message}`, { cause: failure });
    await sleep(Math.min(this.#nextMs(failure.retryAfterMs ?? 0), left), signal);
  }

  #nextMs(atLeast: number): number {
    const { baseMs = 100, capMs = 5_000 } = this.options;
    const longest = Math.min(capMs, baseMs * 2 ** this.#failures);
    this.#failures += 1;
    return atLeast + Math.random() * longest;
  }
}

/** @throws the signal's reason when it aborts */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      ignore();
      resolve();
    }, ms);
    const ignore = whenAborted(signal, (reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}
