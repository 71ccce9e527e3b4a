/** The signal of one request. It aborts with the caller's signal, or after a time without data: the server may have vanished. */
export class RequestTimeout {
  readonly #controller = new AbortController();
  readonly #end: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly outer: AbortSignal | undefined,
    private readonly silenceMs: number,
    private readonly silence: () => unknown,
  ) {
    this.#end = () => this.end(outer?.reason);
    if (outer?.aborted) this.#end();
    else outer?.addEventListener('abort', this.#end, { once: true });
    this.refresh();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restarts the timeout. Call it when data arrives or is sent. */
  refresh(): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => this.end(this.silence()), this.silenceMs);
  }

  /** Stops the timeout until the next `refresh`. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Aborts the request if it still runs, and removes the timer and the listener. */
  end(reason?: unknown): void {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener('abort', this.#end);
    this.#controller.abort(reason);
  }
}
