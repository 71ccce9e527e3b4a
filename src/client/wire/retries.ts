import { type BackoffOptions, sleep } from './backoff';
import type { ConnectionEvent } from './connection-event';
import { isRetryable, LoomClientError } from './errors';

/** How an operation reconnects, and what it reports. */
export interface RetryOptions extends BackoffOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ConnectionEvent) => void) | undefined;
}

/**
 * The retries of one operation: reports failures and the first success after them, and waits after each failure, with full jitter:
 * clients that lost the same server reconnect at different times.
 */
export class Retries {
  readonly signal: AbortSignal;
  #failures = 0;
  #failingSince = 0;

  constructor(private readonly options: RetryOptions) {
    this.signal = options.signal ?? new AbortController().signal;
  }

  /** The server has answered. @param offset where the operation continues, if it has one */
  succeeded(offset?: number): void {
    if (this.#failures > 0)
      this.options.onEvent?.({ kind: 'resumed', ...(offset !== undefined && { offset }) });
    this.#failures = 0;
  }

  /**
   * Waits before the next try. The `retryAfterMs` of the error, if any, is added to the wait.
   * @throws `error` if a retry cannot help; `GAVE_UP`; the signal's reason when it aborts
   */
  async failed(error: unknown): Promise<void> {
    this.signal.throwIfAborted();
    if (!isRetryable(error)) throw error;
    this.options.onEvent?.({ kind: 'retrying', failure: error });
    const { baseMs = 100, capMs = 5_000, giveUpAfterMs = Number.POSITIVE_INFINITY } = this.options;
    // `Date.now()` could jump: the system clock may be set during an outage.
    const now = performance.now();
    if (this.#failures === 0) this.#failingSince = now;
    const left = this.#failingSince + giveUpAfterMs - now;
    if (left <= 0) throw new LoomClientError('GAVE_UP', `gave up: ${error.message}`, { cause: error });
    const longest = Math.min(capMs, baseMs * 2 ** this.#failures);
    this.#failures += 1;
    await sleep(Math.min((error.retryAfterMs ?? 0) + Math.random() * longest, left), this.signal);
  }
}
