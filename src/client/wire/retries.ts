import { Backoff, type BackoffOptions } from './backoff';
import type { ConnectionEvent } from './connection-event';
import { isRetryable } from './errors';

/** How an operation reconnects, and what it reports. */
export interface RetryOptions extends BackoffOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ConnectionEvent) => void) | undefined;
}

/** The retries of one operation: waits after each failure, and reports failures and the first success after them. */
export class Retries {
  readonly signal: AbortSignal;
  readonly #backoff: Backoff;
  #failing = false;

  constructor(private readonly options: RetryOptions) {
    this.signal = options.signal ?? new AbortController().signal;
    this.#backoff = new Backoff(options);
  }

  /** The server has answered. @param offset where the operation continues, if it has one */
  succeeded(offset?: number): void {
    this.#backoff.succeeded();
    if (this.#failing) this.options.onEvent?.({ kind: 'resumed', ...(offset !== undefined && { offset }) });
    this.#failing = false;
  }

  /** Waits before the next try. @throws `error` if a retry cannot help; `GAVE_UP`; the signal's reason when it aborts */
  async failed(error: unknown): Promise<void> {
    this.signal.throwIfAborted();
    if (!isRetryable(error)) throw error;
    this.#failing = true;
    this.options.onEvent?.({ kind: 'retrying', failure: error });
    await this.#backoff.wait(error, this.signal);
  }
}
