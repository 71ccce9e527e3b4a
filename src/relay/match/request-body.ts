import { onAbort } from '../../core/scheduling/abortable';
import type { HeldRequest } from './held-request';
import type { SenderHead, Source, SourceListener } from './transfer';

/** An upload as the source of an exchange. Nothing of it is read before the exchange starts. */
export class RequestBody implements Source {
  readonly head: SenderHead;
  #taker: SourceListener | undefined;
  #isListening = false;

  constructor(private readonly side: HeldRequest) {
    const {
      'content-type': contentType,
      'content-length': length,
      'transfer-encoding': coding,
    } = side.req.headers;
    // RFC 9112, 6.3: a request with neither has no body.
    const contentLength = coding === undefined ? Number(length ?? 0) : undefined;
    this.head = {
      ...(contentType !== undefined && { contentType }),
      ...(contentLength !== undefined && { contentLength }),
    };
  }

  start(taker: SourceListener): void {
    const { req } = this.side;
    this.#taker = taker;
    if (this.side.disconnected.aborted) {
      taker.lost();
      return;
    }
    if (!this.#isListening) this.#listen();
    this.side.sendContinue();
    req.resume();
  }

  pause(): void {
    this.side.req.pause();
  }

  resume(): void {
    this.side.req.resume();
  }

  stop(): void {
    this.#taker = undefined;
    this.side.req.pause();
  }

  #listen(): void {
    this.#isListening = true;
    const { req, disconnected } = this.side;
    req.on('data', (chunk: Buffer) => this.#taker?.data(chunk));
    req.once('end', () => this.#taker?.end());
    onAbort(disconnected, () => {
      // What had arrived whole has been given, or is being given; its end is the receiver's business.
      if (!req.readableEnded) this.#taker?.lost();
    });
  }
}
