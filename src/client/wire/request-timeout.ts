import { LoomClientError } from './errors';
import { whenAborted } from './when-aborted';

/** The signal of one request. It aborts with the caller's signal, or after a time without data: the server may have vanished. */
export class RequestTimeout {
  /** Whether it has aborted for want of data. */
  isSilent = false;
  readonly #controller = new AbortController();
  readonly #ignore: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    outer: AbortSignal | undefined,
    private readonly silenceMs: number,
  ) {
    this.#ignore = whenAborted(outer, (reason) => this.end(reason));
    this.refresh();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restarts the timeout. Call it when data arrives or is sent. */
  refresh(): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.isSilent = true;
      this.end(new LoomClientError('UNREACHABLE', `no data from the server for ${this.silenceMs / 1000} s`));
    }, this.silenceMs);
  }

  /** Stops the timeout until the next `refresh`. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Aborts the request if it still runs, and removes the timer and the listener. */
  end(reason?: unknown): void {
    clearTimeout(this.#timer);
    this.#ignore?.();
    this.#controller.abort(reason);
  }
}

/** Runs `work` with a timeout that ends with it. */
export async function withTimeout<T>(
  outer: AbortSignal | undefined,
  silenceMs: number,
  work: (timeout: RequestTimeout) => Promise<T>,
): Promise<T> {
  const timeout = new RequestTimeout(outer, silenceMs);
  try {
    return await work(timeout);
  } finally {
    timeout.end();
  }
}
