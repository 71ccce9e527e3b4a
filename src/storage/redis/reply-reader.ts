import { ReplyError } from './reply-error';

/** What Redis answers (RESP2). */
export type Reply = string | number | null | Bulk | ReplyError | readonly Reply[];

const LF = 0x0a;
const CRLF_BYTES = 2;

/** A string of Redis, in the pieces in which it came: they are not copied to be one. */
export class Bulk {
  constructor(readonly parts: readonly Buffer[]) {}

  /** Read as UTF-8. */
  toString(): string {
    const [only] = this.parts;
    const isWhole = this.parts.length === 1 && only !== undefined;
    return (isWhole ? only : Buffer.concat(this.parts)).toString();
  }
}

interface List {
  readonly length: number;
  readonly items: Reply[];
}

/**
 * Cuts what comes over a connection into replies.
 *
 * LINE   the next thing is a line, which says what follows.
 * BULK   the bytes of a string come, and the end of line behind them.
 */
export class ReplyReader {
  #state: 'line' | 'bulk' = 'line';
  /** What has come of a line, where its end has not. */
  #begun: Buffer | undefined;
  #parts: Buffer[] = [];
  /** How much of the string is to come, with its end of line. */
  #left = 0;
  /** The lists that have begun, the innermost last. */
  readonly #lists: List[] = [];

  /** @param take called for each reply, in order */
  constructor(private readonly take: (reply: Reply) => void) {}

  /** @throws Error for what is no reply */
  push(data: Buffer): void {
    for (let at = 0; at < data.length; )
      at = this.#state === 'line' ? this.#line(data, at) : this.#bulk(data, at);
  }

  /** @returns how far it read */
  #line(data: Buffer, at: number): number {
    const end = data.indexOf(LF, at) + 1;
    if (this.#begun !== undefined || end === 0) return this.#lineInPieces(data, at, end);
    // Lines are ASCII.
    this.#understand(data.toString('latin1', at, end - CRLF_BYTES));
    return end;
  }

  #lineInPieces(data: Buffer, at: number, end: number): number {
    const piece = data.subarray(at, end === 0 ? data.length : end);
    const line = this.#begun === undefined ? piece : Buffer.concat([this.#begun, piece]);
    this.#begun = end === 0 ? line : undefined;
    if (end === 0) return data.length;
    this.#understand(line.toString('latin1', 0, line.length - CRLF_BYTES));
    return end;
  }

  #understand(line: string): void {
    const text = line.slice(1);
    if (line === '$-1' || line === '*-1') this.#has(null);
    else if (line.startsWith('$')) this.#expect(Number(text));
    else if (line.startsWith('*')) this.#begin(Number(text));
    else if (line.startsWith(':')) this.#has(Number(text));
    else if (line.startsWith('+')) this.#has(text);
    else if (line.startsWith('-')) this.#has(new ReplyError(text));
    else throw new Error(`Redis sent what is no reply: ${JSON.stringify(line.slice(0, 80))}`);
  }

  #expect(length: number): void {
    this.#state = 'bulk';
    this.#left = length + CRLF_BYTES;
  }

  /** @returns how far it read */
  #bulk(data: Buffer, at: number): number {
    const end = Math.min(at + this.#left, data.length);
    const bytes = Math.min(end - at, this.#left - CRLF_BYTES);
    if (bytes > 0) this.#parts.push(data.subarray(at, at + bytes));
    this.#left -= end - at;
    if (this.#left === 0) {
      const bulk = new Bulk(this.#parts);
      this.#parts = [];
      this.#state = 'line';
      this.#has(bulk);
    }
    return end;
  }

  #begin(length: number): void {
    if (length === 0) this.#has([]);
    else this.#lists.push({ length, items: [] });
  }

  #has(reply: Reply): void {
    const list = this.#lists.at(-1);
    if (list === undefined) {
      this.take(reply);
      return;
    }
    list.items.push(reply);
    if (list.items.length < list.length) return;
    this.#lists.pop();
    this.#has(list.items);
  }
}
