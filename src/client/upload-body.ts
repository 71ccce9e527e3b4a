import type { Backlog } from './backlog';

export interface BodyLimits {
  /** The body ends after so many bytes. */
  readonly bytesMax: number;
  /** Or so many milliseconds after the server began to take it, when the source is too slow for that. */
  readonly lifeMs: number;
  /** Called whenever the server has taken something and asks for more. */
  readonly onPull: () => void;
}

/**
 * One request's share of the backlog, from `from` on, while it grows. The body ends at a limit or with the source; a body that is
 * stopped never ends, so that the server cannot take it for whole.
 */
export class UploadBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Why the body broke off, when that was not the server's doing. */
  failure: unknown;
  #deadline: number | undefined;
  #at: number;
  #stopped = false;

  constructor(
    private readonly backlog: Backlog,
    private readonly from: number,
    private readonly limits: BodyLimits,
  ) {
    this.#at = from;
    this.stream = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.stop() },
      // Nothing is read ahead: what is in here is neither in the source nor on its way.
      { highWaterMark: 0 },
    );
  }

  /** The offset after the last byte that was handed on. */
  get to(): number {
    return this.#at;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.limits.onPull();
    this.#deadline ??= performance.now() + this.limits.lifeMs;
    if (!(await this.#isNextThere(this.#deadline))) {
      if (!this.#stopped) controller.close();
      return;
    }
    const piece = await this.#read();
    if (this.#stopped) return;
    this.#at += piece.length;
    controller.enqueue(piece);
  }

  /** Between the look and the wait there is no turn of the event loop in which news could be missed. */
  async #isNextThere(deadline: number): Promise<boolean> {
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

/** The same share as one block, of what there is now: browsers stream request bodies over HTTP/2 at best. */
export async function wholeBody(
  backlog: Backlog,
  from: number,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(Math.min(bytesMax, backlog.end - from));
  for (let filled = 0; filled < whole.length; ) {
    const piece = await backlog.read(from + filled, whole.length - filled);
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole;
}
