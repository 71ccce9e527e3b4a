import { type Io, write } from './io';

/** Longer text is written at once. */
const BATCH_LENGTH = 64 * 1024;

/** Writes short texts to standard output, those of one turn together. */
export class TextOutput {
  readonly #failure = new AbortController();
  #pending = '';
  #scheduled: NodeJS.Immediate | undefined;

  constructor(private readonly io: Io) {}

  /** Aborts with the error of the output: the source may be waiting for more at that time. */
  get signal(): AbortSignal {
    return this.#failure.signal;
  }

  /** Awaiting it is the backpressure. @throws the error of the output, such as `EPIPE` */
  async write(text: string): Promise<void> {
    this.signal.throwIfAborted();
    this.#pending += text;
    if (this.#pending.length >= BATCH_LENGTH) return this.flush();
    // The error is that of the signal.
    this.#scheduled ??= setImmediate(() => void this.flush().catch(() => {}));
  }

  /** Resolves when all is written. @throws as `write` */
  async flush(): Promise<void> {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const text = this.#pending;
    this.#pending = '';
    try {
      if (text !== '') await write(this.io.stdout, text);
    } catch (error) {
      this.#failure.abort(error);
    }
    this.signal.throwIfAborted();
  }
}
