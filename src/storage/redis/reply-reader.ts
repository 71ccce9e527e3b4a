import { ReplyError } from './reply-error';

/** What Redis answers (RESP2). Strings are read as UTF-8. */
export type Reply = string | number | null | ReplyError | readonly Reply[];

const CR = 0x0d;
const CRLF_BYTES = 2;

/** Cuts what comes over a connection into replies. For small ones: one that comes in pieces is read anew with each piece. */
export class ReplyReader {
  #unread: Buffer | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @param take called for each reply, in order */
  constructor(private readonly take: (reply: Reply) => void) {}

  /** @throws Error for what is no reply */
  push(data: Buffer): void {
    this.#bytes = this.#unread === undefined ? data : Buffer.concat([this.#unread, data]);
    this.#unread = undefined;
    this.#at = 0;
    while (this.#at < this.#bytes.length) {
      const start = this.#at;
      const reply = this.#next();
      if (reply === undefined) {
        this.#unread = this.#bytes.subarray(start);
        return;
      }
      this.take(reply);
    }
  }

  /** @returns `undefined` when not all of it is there yet */
  #next(): Reply | undefined {
    const kind = this.#bytes[this.#at];
    const line = this.#line();
    if (line === undefined) return undefined;
    switch (kind) {
      case 0x2b: // +
        return line;
      case 0x2d: // -
        return new ReplyError(line);
      case 0x3a: // :
        return Number(line);
      case 0x24: // $
        return line === '-1' ? null : this.#text(Number(line));
      case 0x2a: // *
        return line === '-1' ? null : this.#list(Number(line));
      default:
        throw new Error(`Redis sent what is no reply: ${JSON.stringify(line.slice(0, 80))}`);
    }
  }

  /** What is behind the first byte, up to the end of the line. */
  #line(): string | undefined {
    const end = this.#bytes.indexOf(CR, this.#at);
    if (end < 0 || end + CRLF_BYTES > this.#bytes.length) return undefined;
    const line = this.#bytes.toString('utf8', this.#at + 1, end);
    this.#at = end + CRLF_BYTES;
    return line;
  }

  #text(length: number): string | undefined {
    const end = this.#at + length;
    if (end + CRLF_BYTES > this.#bytes.length) return undefined;
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + CRLF_BYTES;
    return text;
  }

  #list(length: number): readonly Reply[] | undefined {
    const list: Reply[] = [];
    while (list.length < length) {
      const item = this.#at < this.#bytes.length ? this.#next() : undefined;
      if (item === undefined) return undefined;
      list.push(item);
    }
    return list;
  }
}
