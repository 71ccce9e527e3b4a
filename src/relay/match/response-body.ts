import { onAbort } from '../../core/scheduling/abortable';
import { onHalfClose } from './half-close';
import type { HeldRequest } from './held-request';
import type { SenderHead, Sink, SinkListener } from './transfer';

/** How much may wait in a response before its sender is paused. With less, each piece from its socket would pause it. */
const PENDING_BYTES = 256 * 1024;

export interface ResponseBodyOptions {
  /** A receiver that takes nothing for so long is cut. Otherwise it would block its sender, and the queue, forever. */
  readonly stalledMs: number;
  /** Writes the head of the response. Until then another response is possible. */
  readonly begin: (head: SenderHead) => void;
  /** How the response ends if the sender is lost. Default: `cut`. */
  readonly truncated?: (head: SenderHead) => 'cut' | 'end';
  /** `left`: a receiver that closes its side has left. Default: it may still read. */
  readonly halfClosed?: 'left';
}

/** A response as the sink of a transfer. */
export class ResponseBody implements Sink {
  #flushed = 0;
  #listener: SinkListener | undefined;
  #head: SenderHead = {};
  #isListening = false;
  #stalled: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: HeldRequest,
    private readonly options: ResponseBodyOptions,
  ) {}

  get flushed(): number {
    return this.#flushed;
  }

  start(listener: SinkListener): void {
    this.#listener = listener;
    if (this.request.disconnected.aborted) listener.lost();
    else if (!this.#isListening) this.#listen();
  }

  begin(head: SenderHead): void {
    this.#head = head;
    this.options.begin(head);
  }

  write(chunk: Buffer): boolean {
    const { res } = this.request;
    res.write(chunk, (error) => {
      if (error) return;
      this.#flushed += chunk.length;
      if (res.writableLength > 0) this.#stalled?.refresh();
      else this.#clearStalled();
    });
    this.#armStalled();
    return res.writableLength < PENDING_BYTES;
  }

  end(): void {
    this.#armStalled();
    this.request.res.end();
  }

  fail(): void {
    if (this.options.truncated?.(this.#head) === 'end') this.request.res.end();
    else this.request.destroy();
  }

  stop(): void {
    this.#listener = undefined;
  }

  #armStalled(): void {
    this.#stalled ??= setTimeout(() => this.request.destroy(), this.options.stalledMs).unref();
  }

  #clearStalled(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
  }

  #listen(): void {
    this.#isListening = true;
    const { req, res, disconnected } = this.request;
    res.on('drain', () => this.#listener?.drained());
    res.once('close', () => this.#clearStalled());
    res.once('finish', () => this.#listener?.finished());
    onAbort(disconnected, () => this.#listener?.lost());
    if (this.options.halfClosed !== 'left') return;
    const unlisten = onHalfClose(req.socket, () => this.request.destroy());
    // The connection may serve other requests after this one.
    res.once('close', unlisten);
  }
}
