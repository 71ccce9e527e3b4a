import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { onHalfClose } from './half-close';

/** How often an uploader that waits is sent an interim response: Node does not see one leave whose body is not being read. */
const PROBE_EVERY_MS = 15_000;

/** One request and its response, which may wait long for the other side. */
export class HeldRequest {
  readonly #gone = new AbortController();
  #probe: NodeJS.Timeout | undefined;
  #mayContinue: boolean;

  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
  ) {
    // RFC 9110, 10.1.1: from HTTP/1.0 it means nothing.
    this.#mayContinue = req.headers.expect !== undefined && req.httpVersion !== '1.0';
    const leave = (): void => {
      if (!res.writableFinished) this.#gone.abort();
    };
    if (res.closed || req.socket.destroyed) leave();
    res.once('close', leave);
    // A broken upload is told by the end of the response, too; without a listener its error would end the process.
    req.on('error', () => {});
  }

  /** Aborts when the client leaves before it has its whole answer. */
  get disconnected(): AbortSignal {
    return this.#gone.signal;
  }

  /** The client has closed its side of the connection. */
  get isHalfClosed(): boolean {
    return this.req.socket.readableEnded;
  }

  /** Looks after a client that waits. @returns ends that */
  watch(onHalfClosed: () => void): () => void {
    const unlisten = onHalfClose(this.req.socket, onHalfClosed);
    if (this.isHalfClosed) onHalfClosed();
    this.#probe = setInterval(() => this.#poke(), PROBE_EVERY_MS).unref();
    return () => {
      clearInterval(this.#probe);
      unlisten();
    };
  }

  /** Tells a client that asked first (`Expect: 100-continue`) to send its body. */
  sendContinue(): void {
    if (this.#mayContinue && !this.res.headersSent) this.res.writeContinue();
    this.#mayContinue = false;
  }

  /** The whole answer. What is still coming of the request is dropped; `boundRestOfBody` says for how long. */
  reply(status: number, headers: OutgoingHttpHeaders = {}, body: string | Buffer = ''): void {
    const { req, res } = this;
    if (res.headersSent || res.destroyed) return;
    const bodyless = status === 204 || status === 304;
    res.writeHead(status, {
      ...headers,
      ...(!bodyless && { 'Content-Length': Buffer.byteLength(body) }),
      ...(!req.complete && { Connection: 'close' }),
    });
    req.resume();
    res.end(bodyless ? undefined : body);
  }

  /** Breaks the connection off: the only way to say that what was sent is not all. */
  destroy(): void {
    this.#gone.abort();
    // In HTTP/1.0 a connection that is closed is an answer that is complete: only a reset is none.
    if (this.req.httpVersion === '1.0') this.req.socket.resetAndDestroy();
    else this.res.destroy();
  }

  #poke(): void {
    const { req, res } = this;
    if (req.complete || res.headersSent || res.destroyed || req.httpVersion === '1.0') return;
    res.writeProcessing();
  }
}
