import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { onHalfClose } from './half-close';

/** How often a waiting upload gets an interim response: Node does not notice that a client left while its body is not being read. */
const PROBE_MS = 15_000;

/** A request whose response may be held back until the request is matched. */
export class HeldRequest {
  readonly #disconnected = new AbortController();
  #mayContinue: boolean;

  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
  ) {
    // RFC 9110, 10.1.1: HTTP/1.0 does not know `Expect`.
    this.#mayContinue = req.headers.expect !== undefined && req.httpVersion !== '1.0';
    const onClose = (): void => {
      if (!res.writableFinished) this.#disconnected.abort();
    };
    if (res.closed || req.socket.destroyed) onClose();
    res.once('close', onClose);
    // The end of the response reports a broken upload, too. Without a listener its error would end the process.
    req.on('error', () => {});
  }

  /** Aborts when the client leaves before it has the whole response. */
  get disconnected(): AbortSignal {
    return this.#disconnected.signal;
  }

  get isHalfClosed(): boolean {
    return this.req.socket.readableEnded;
  }

  /** Probes the client, and calls `onHalfClosed` once it has closed its side. @returns stops both */
  watch(onHalfClosed: () => void): () => void {
    const unlisten = onHalfClose(this.req.socket, onHalfClosed);
    if (this.isHalfClosed) onHalfClosed();
    const probe = setInterval(() => this.#probe(), PROBE_MS).unref();
    return () => {
      clearInterval(probe);
      unlisten();
    };
  }

  /** Asks a client that sent `Expect: 100-continue` for its body. */
  sendContinue(): void {
    if (this.#mayContinue && !this.res.headersSent) this.res.writeContinue();
    this.#mayContinue = false;
  }

  /** Sends the whole response. The rest of the request is discarded; `boundRestOfBody` limits for how long. */
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

  /** Cuts the connection: no other sign says that a response is incomplete. */
  destroy(): void {
    this.#disconnected.abort();
    // In HTTP/1.0 a closed connection ends a complete response; only a reset does not.
    if (this.req.httpVersion === '1.0') this.req.socket.resetAndDestroy();
    else this.res.destroy();
  }

  #probe(): void {
    const { req, res } = this;
    if (req.complete || res.headersSent || res.destroyed || req.httpVersion === '1.0') return;
    res.writeProcessing();
  }
}
