import type { ServerResponse } from 'node:http';
import { sizeOf } from '../../core/bytes/size-of';
import { takeOverFraming } from '../../node-internals/response-framing';

const CRLF = Buffer.from('\r\n');

/** A larger frame is dropped at the end of the turn: by then all followers have it. */
const KEPT_BYTES_MAX = 64 * 1024;

let framedChunks: readonly Buffer[] = [];
let framed: Buffer = CRLF;

/** One HTTP chunk (RFC 9112, 7.1) around `chunks`. All followers of a log get the same array in turn, so the last frame is kept. */
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

/** A live body that is framed here, not by Node, so that thousands of responses share one buffer. HTTP/1.0 gets the bare bytes. */
export class ChunkedBody {
  #isChunked = false;

  constructor(private readonly res: ServerResponse) {}

  /** Sends the head, which the response must have already. Call it first. */
  begin(): void {
    this.#isChunked = takeOverFraming(this.res);
  }

  /** Sends bytes that many responses send in one turn, straight to the socket: the response would cork it. It has none before its turn. */
  writeShared(chunks: readonly Buffer[]): void {
    if (this.#isChunked) (this.res.socket ?? this.res).write(frameShared(chunks));
    else this.#writeBare(chunks);
  }

  /** Sends bytes of this response alone, without copying them. */
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
