import { onAbort } from '../../core/scheduling/abortable';
import type { HeldRequest } from './held-request';
import type { SenderHead, Source, SourceListener } from './transfer';

/** An upload as the source of a transfer. It is not read before the transfer starts. */
export class RequestBody implements Source {
  readonly head: SenderHead;
  #listener: SourceListener | undefined;
  #isListening = false;

  constructor(private readonly request: HeldRequest) {
    const {
      'content-type': contentType,
      'content-length': length,
      'transfer-encoding': coding,
    } = request.req.headers;
    // RFC 9112, 6.3: a request with neither header has no body.
    const contentLength = coding === undefined ? Number(length ?? 0) : undefined;
    this.head = {
      ...(contentType !== undefined && { contentType }),
      ...(contentLength !== undefined && { contentLength }),
    };
  }

  start(listener: SourceListener): void {
    this.#listener = listener;
    if (this.request.disconnected.aborted) {
      listener.lost();
      return;
    }
    if (!this.#isListening) this.#listen();
    this.request.sendContinue();
    this.resume();
  }

  pause(): void {
    this.request.req.pause();
  }

  resume(): void {
    this.request.req.resume();
  }

  stop(): void {
    this.#listener = undefined;
    this.pause();
  }

  #listen(): void {
    this.#isListening = true;
    const { req, disconnected } = this.request;
    req.on('data', (chunk: Buffer) => this.#listener?.data(chunk));
    req.once('end', () => this.#listener?.end());
    onAbort(disconnected, () => {
      // A body that arrived whole is passed on whole, although its client has left.
      if (!req.readableEnded) this.#listener?.lost();
    });
  }
}
