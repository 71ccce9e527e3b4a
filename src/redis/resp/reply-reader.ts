import { ReplyError } from './reply-error';

/** A reply of Redis (RESP2). */
export type Reply = string | number | null | Bulk | ReplyError | readonly Reply[];

const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;
const ASTERISK = 0x2a;
const ZERO = 0x30;
const CRLF_BYTES = 2;

/** A string of Redis, in the pieces in which it arrived: joining them would copy the bytes. */
export class Bulk {
  /** @param from where the string begins @param to where it ends, both if there is one piece */
  constructor(
    private readonly pieces: readonly Buffer[],
    private readonly from?: number,
    private readonly to?: number,
  ) {}

  /** Cut out only on demand, as most callers want the text. */
  get parts(): readonly Buffer[] {
    const [only] = this.pieces;
    return this.pieces.length === 1 && only ? [only.subarray(this.from, this.to)] : this.pieces;
  }

  /** Read as UTF-8. */
  toString(): string {
    const [only] = this.pieces;
    const isWhole = this.pieces.length === 1 && only !== undefined;
    return isWhole ? only.toString('utf8', this.from, this.to) : Buffer.concat(this.pieces).toString();
  }
}

interface List {
  readonly length: number;
  readonly items: Reply[];
}

/**
 * Parses the replies in the bytes of a connection.
 *
 * LINE   a line follows, which has a value or the length of one.
 * BULK   the bytes of a string follow, and then an end of line.
 */
export class ReplyReader {
  #state: 'line' | 'bulk' = 'line';
  /** The beginning of a line whose end has not arrived yet. */
  #begun: Buffer | undefined;
  #parts: Buffer[] = [];
  /** The size of the string, and how much of it is missing, both with its end of line. */
  #size = 0;
  #left = 0;
  /** The incomplete lists, the innermost last. */
  readonly #lists: List[] = [];

  /** @param onReply called for each reply, in order */
  constructor(private readonly onReply: (reply: Reply) => void) {}

  /** @throws Error if the bytes are not a reply */
  push(data: Buffer): void {
    for (let at = 0; at < data.length; )
      at = this.#state === 'line' ? this.#length(data, at) : this.#bulk(data, at);
  }

  /** Fast path for a line with a length: a stream entry has eight of them. @returns the position after what it read */
  #length(data: Buffer, at: number): number {
    const kind = data[at];
    if (this.#begun !== undefined || (kind !== DOLLAR && kind !== ASTERISK)) return this.#line(data, at);
    let length = 0;
    let end = at + 1;
    for (; end < data.length; end += 1) {
      const digit = (data[end] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    if (end === at + 1 || data[end] !== CR || data[end + 1] !== LF) return this.#line(data, at);
    if (kind === ASTERISK) this.#beginList(length);
    else this.#beginBulk(length);
    return end + CRLF_BYTES;
  }

  /** @returns the position after what it read */
  #line(data: Buffer, at: number): number {
    const end = data.indexOf(LF, at) + 1;
    if (this.#begun !== undefined || end === 0) return this.#lineInPieces(data, at, end);
    // Lines are ASCII.
    this.#parseLine(data.toString('latin1', at, end - CRLF_BYTES));
    return end;
  }

  #lineInPieces(data: Buffer, at: number, end: number): number {
    const piece = data.subarray(at, end === 0 ? data.length : end);
    const line = this.#begun === undefined ? piece : Buffer.concat([this.#begun, piece]);
    this.#begun = end === 0 ? line : undefined;
    if (end === 0) return data.length;
    this.#parseLine(line.toString('latin1', 0, line.length - CRLF_BYTES));
    return end;
  }

  #parseLine(line: string): void {
    const text = line.slice(1);
    if (line === '$-1' || line === '*-1') this.#add(null);
    else if (line.startsWith('$')) this.#beginBulk(Number(text));
    else if (line.startsWith('*')) this.#beginList(Number(text));
    else if (line.startsWith(':')) this.#add(Number(text));
    else if (line.startsWith('+')) this.#add(text);
    else if (line.startsWith('-')) this.#add(new ReplyError(text));
    else throw new Error(`Redis sent something that is not a reply: ${JSON.stringify(line.slice(0, 80))}`);
  }

  #beginBulk(length: number): void {
    this.#state = 'bulk';
    this.#size = length + CRLF_BYTES;
    this.#left = this.#size;
  }

  /** @returns the position after what it read */
  #bulk(data: Buffer, at: number): number {
    const end = at + this.#left;
    if (this.#parts.length === 0 && this.#left === this.#size && end <= data.length) {
      this.#state = 'line';
      this.#add(new Bulk([data], at, end - CRLF_BYTES));
      return end;
    }
    return this.#bulkInPieces(data, at, Math.min(end, data.length));
  }

  #bulkInPieces(data: Buffer, at: number, end: number): number {
    const bytes = Math.min(end - at, this.#left - CRLF_BYTES);
    if (bytes > 0) this.#parts.push(data.subarray(at, at + bytes));
    this.#left -= end - at;
    if (this.#left === 0) {
      const bulk = new Bulk(this.#parts);
      this.#parts = [];
      this.#state = 'line';
      this.#add(bulk);
    }
    return end;
  }

  #beginList(length: number): void {
    if (length === 0) this.#add([]);
    else this.#lists.push({ length, items: [] });
  }

  #add(reply: Reply): void {
    const list = this.#lists.at(-1);
    if (list === undefined) {
      this.onReply(reply);
      return;
    }
    list.items.push(reply);
    if (list.items.length < list.length) return;
    this.#lists.pop();
    this.#add(list.items);
  }
}
