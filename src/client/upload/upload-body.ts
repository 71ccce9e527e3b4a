import type { Backlog } from './backlog';

interface BodyLimits {
  /** The body ends after this many bytes. */
  readonly bytesMax: number;
  /** If the source is slow, the body ends this long after its first read. */
  readonly lifeMs: number;
  /** Called each time the connection asks for more bytes. */
  readonly onPull: () => void;
}

/** A request body that streams the backlog from `from` on. A stopped one never ends, so that the server cannot take it for complete. */
export class UploadBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** The error of the backlog, if that ended the body. */
  failure: unknown;
  #deadline: number | undefined;
  #at: number;
  #stopped = false;

  constructor(
    private readonly backlog: Backlog,
    readonly from: number,
    private readonly limits: BodyLimits,
  ) {
    this.#at = from;
    this.stream = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.stop() },
      // Reads nothing ahead: bytes in this queue would be neither acknowledged nor sent.
      { highWaterMark: 0 },
    );
  }

  /** The offset after the last byte that was sent. */
  get to(): number {
    return this.#at;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.limits.onPull();
    this.#deadline ??= performance.now() + this.limits.lifeMs;
    if (!(await this.#hasNext(this.#deadline))) {
      if (!this.#stopped) controller.close();
      return;
    }
    const piece = await this.#read();
    if (this.#stopped) return;
    this.#at += piece.length;
    controller.enqueue(piece);
  }

  /** Waits for bytes. Checking and waiting happen in one turn of the event loop, so no change is missed. */
  async #hasNext(deadline: number): Promise<boolean> {
    for (;;) {
      const left = deadline - performance.now();
      if (this.#stopped || this.#room() <= 0 || (left <= 0 && this.#at > this.from)) return false;
      if (this.backlog.end > this.#at) return true;
      if (this.backlog.ended || left <= 0) return false;
      await this.backlog.waitForChange(left);
    }
  }

  async #read(): Promise<Uint8Array> {
    try {
      return await this.backlog.read(this.#at, this.#room());
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #room(): number {
    return this.from + this.limits.bytesMax - this.#at;
  }
}
