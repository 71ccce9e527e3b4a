import { onAbort } from '../../core/scheduling/abortable';
import { onHalfClose } from './half-close';
import type { HeldRequest } from './held-request';
import type { SenderHead, Sink, SinkListener } from './transfer';

/** How much may wait in a response before its sender is paused. Less would pause it after every piece from its socket. */
const PENDING_BYTES = 256 * 1024;

export interface ResponseBodyOptions {
  /** A receiver that takes nothing for so long is cut: else it would hold its sender, and the place, for ever. */
  readonly stalledMs: number;
  /** Writes the head of the response. It is not sent before, so that another answer remains possible. */
  readonly begin: (head: SenderHead) => void;
  /** What a receiver sees of a sender that broke off: a cut connection, or an end. Default: a cut. */
  readonly truncated?: (head: SenderHead) => 'cut' | 'end';
  /** What to take a receiver for that closes its side while it is being sent to. Default: one that has said all it has to say. */
  readonly halfClosed?: 'left';
}

/** A response as the sink of an exchange. */
export class ResponseBody implements Sink {
  #flushed = 0;
  #giver: SinkListener | undefined;
  #head: SenderHead = {};
  #isListening = false;
  #stalled: NodeJS.Timeout | undefined;

  constructor(
    private readonly side: HeldRequest,
    private readonly options: ResponseBodyOptions,
  ) {}

  get flushed(): number {
    return this.#flushed;
  }

  start(giver: SinkListener): void {
    this.#giver = giver;
    if (this.side.disconnected.aborted) giver.lost();
    else if (!this.#isListening) this.#listen();
  }

  begin(head: SenderHead): void {
    this.#head = head;
    this.options.begin(head);
  }

  write(chunk: Buffer): boolean {
    const { res } = this.side;
    res.write(chunk, (error) => {
      if (error) return;
      this.#flushed += chunk.length;
      this.#moved();
    });
    this.#expect();
    return res.writableLength < PENDING_BYTES;
  }

  end(): void {
    this.#expect();
    this.side.res.end();
  }

  fail(): void {
    if (this.options.truncated?.(this.#head) === 'end') this.side.res.end();
    else this.side.destroy();
  }

  stop(): void {
    this.#giver = undefined;
  }

  /** Something waits for the receiver, be it the end. */
  #expect(): void {
    this.#stalled ??= setTimeout(() => this.side.destroy(), this.options.stalledMs).unref();
  }

  /** The receiver has taken something. */
  #moved(): void {
    if (this.side.res.writableLength > 0) this.#stalled?.refresh();
    else this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
  }

  #leaveWhenHalfClosed(): void {
    const { req, res } = this.side;
    // The connection may serve other requests after this one.
    res.once(
      'close',
      onHalfClose(req.socket, () => this.side.destroy()),
    );
  }

  #listen(): void {
    this.#isListening = true;
    const { res, disconnected } = this.side;
    res.on('drain', () => this.#giver?.drained());
    res.once('close', () => this.#rest());
    res.once('finish', () => this.#giver?.finished());
    onAbort(disconnected, () => this.#giver?.lost());
    if (this.options.halfClosed === 'left') this.#leaveWhenHalfClosed();
  }
}
