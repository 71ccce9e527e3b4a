/**
 * The life of one request. It ends when the caller's signal aborts, or when nothing has stirred for a while: a peer that has
 * vanished without a word is noticed by nothing else.
 */
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

  /** Something came or went: the silence begins anew. */
  refresh(): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => this.end(this.silence()), this.silenceMs);
  }

  /** Nothing is expected until something stirs again. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Breaks the request off if it is still under way, and lets go of the timer and the outer signal in any case. */
  end(reason?: unknown): void {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener('abort', this.#end);
    this.#controller.abort(reason);
  }
}
