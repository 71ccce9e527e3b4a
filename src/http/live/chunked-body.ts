import type { ServerResponse } from 'node:http';
import { sizeOf } from '../../core/bytes/size-of';

const CRLF = Buffer.from('\r\n');

/** What Node is left with of a head that is out. */
const HEAD_IS_OUT = 'sent';

/** A larger frame is dropped at the end of the turn: all followers have it then. */
const KEPT_BYTES_MAX = 64 * 1024;

let framedChunks: readonly Buffer[] = [];
let framed: Buffer = CRLF;

/**
 * One HTTP chunk (RFC 9112, 7.1) around `chunks`. All followers of a log are given the very same array one after the other, so the
 * frame of the last one is kept: it is made once for all of them.
 */
function frameShared(chunks: readonly Buffer[]): Buffer {
  if (chunks !== framedChunks) {
    framed = Buffer.concat([sizeLine(sizeOf(chunks)), ...chunks, CRLF]);
    framedChunks = chunks;
    if (framed.length > KEPT_BYTES_MAX) setImmediate(forgetFrame);
  }
  return framed;
}

function forgetFrame(): void {
  framedChunks = [];
  framed = CRLF;
}

/**
 * A live response body whose framing is ours, so that thousands of responses can be sent one buffer. On HTTP/1.0, which knows no
 * chunks, the bytes go out bare and the end of the connection is the end of the body.
 */
export class ChunkedBody {
  #isChunked = false;

  constructor(private readonly res: ServerResponse) {}

  /** Sends the head: the response must have its status and headers. To be called before all else. */
  begin(): void {
    this.res.flushHeaders();
    this.#isChunked = this.res.chunkedEncoding;
    // Node would frame each write by itself. Undocumented, but public: `chunked-body.test.ts` notices if it goes.
    this.res.chunkedEncoding = false;
    // Undocumented, too: Node keeps the whole head as long as the response lasts, only to know that there is one. For each consumer
    // that waits at a tail that is 0.4 KiB.
    Object.assign(this.res, { _header: HEAD_IS_OUT });
  }

  /**
   * Sends bytes that many responses are sent in the same turn: straight to the socket, since the response would first cork it
   * and ask for another turn to uncork it. A response whose turn on its connection is still to come has no socket yet.
   */
  writeShared(chunks: readonly Buffer[]): void {
    if (this.#isChunked) (this.res.socket ?? this.res).write(frameShared(chunks));
    else this.#writeBare(chunks);
  }

  /** Sends bytes for this response alone, without copying them. */
  write(chunks: readonly Buffer[]): void {
    if (chunks.length === 0) return;
    this.res.cork();
    if (this.#isChunked) this.res.write(sizeLine(sizeOf(chunks)));
    this.#writeBare(chunks);
    if (this.#isChunked) this.res.write(CRLF);
    this.res.uncork();
  }

  /** @param trailers announced in the head's `Trailer` */
  end(trailers: Readonly<Record<string, string>>): void {
    if (this.#isChunked) {
      const fields = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
      this.res.write(`0\r\n${fields.join('')}\r\n`, 'latin1');
    }
    this.res.end();
  }

  #writeBare(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.res.write(chunk);
  }
}

function sizeLine(size: number): Buffer {
  return Buffer.from(`${size.toString(16)}\r\n`, 'latin1');
}
