import { LoomClientError } from './errors';

export interface BackoffOptions {
  /** The first wait is at most this long, each next one at most twice as long. Default 100. */
  readonly baseMs?: number;
  /** No wait is longer, unless the server asks for it. Default 5,000. */
  readonly capMs?: number;
  /** How long failures may go on without a success between them. Default: for ever. */
  readonly giveUpAfterMs?: number;
  readonly random?: () => number;
}

/**
 * Waits between tries, with full jitter: producers and consumers that lost the same server at the same moment come back at different ones.
 */
export class Backoff {
  #failures = 0;
  #failingSince: number | undefined;

  constructor(private readonly options: BackoffOptions = {}) {}

  succeeded(): void {
    this.#failures = 0;
    this.#failingSince = undefined;
  }

  /**
   * @param failure what the wait is for; it may carry how long the server asked to be left alone.
   * @throws LoomClientError `GAVE_UP`; the signal's reason once it has aborted
   */
  async wait(failure: LoomClientError, signal: AbortSignal): Promise<void> {
    // Not the time of day: the clock may be set while the server is away.
    const now = performance.now();
    this.#failingSince ??= now;
    const left = this.#failingSince + (this.options.giveUpAfterMs ?? Number.POSITIVE_INFINITY) - now;
    if (left <= 0) throw new LoomClientError('GAVE_UP', `gave up: ${failure.message}`, { cause: failure });
    await pause(Math.min(this.#nextMs(failure.retryAfterMs ?? 0), left), signal);
  }

  #nextMs(atLeast: number): number {
    const { baseMs = 100, capMs = 5_000, random = Math.random } = this.options;
    const most = Math.min(capMs, baseMs * 2 ** this.#failures);
    this.#failures += 1;
    return atLeast + random() * most;
  }
}

/** @throws the signal's reason */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
