import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** The body of a request that brings no more than a rate allows: its socket is not read meanwhile, so that its client waits. */
export class PacedBody extends Readable {
  #waiting: NodeJS.Timeout | undefined;

  readonly #onData = (piece: Buffer): void => {
    const waitMs = this.received(piece.length);
    if (waitMs > 0) this.#wait(waitMs);
    if (!this.push(piece)) this.req.pause();
  };

  /** @param received counts bytes. Returns for how many milliseconds no more may come */
  constructor(
    private readonly req: IncomingMessage,
    private readonly received: (bytes: number) => number,
  ) {
    super();
    req
      .on('data', this.#onData)
      .once('end', () => this.push(null))
      .once('close', () => this.#onClose())
      // 'close' follows.
      .on('error', () => {});
    req.pause();
  }

  /** Whether the end of the body has come. */
  get complete(): boolean {
    return this.req.complete && this.req.readableLength === 0;
  }

  override _read(): void {
    if (this.#waiting === undefined) this.req.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#waiting);
    // What still comes is not for this body.
    this.req.off('data', this.#onData);
    done(error);
  }

  /** A request that broke off still has what came before. */
  #onClose(): void {
    if (this.destroyed || this.req.readableEnded) return;
    // Otherwise that listener gets what is read here, too.
    this.req.off('data', this.#onData);
    for (let piece: unknown = this.req.read(); Buffer.isBuffer(piece); piece = this.req.read())
      this.push(piece);
    this.destroy();
  }

  #wait(ms: number): void {
    this.req.pause();
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      if (this.readableLength < this.readableHighWaterMark) this.req.resume();
    }, ms);
  }
}
