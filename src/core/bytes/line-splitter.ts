import { advance, type Offset } from '../log/offset';
import { incompleteUtf8Length } from './utf8';

const NEWLINE = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);

/** How much of an unfinished line is kept until its newline comes. */
const LINE_BYTES_MAX = 64 * 1024;

/**
 * A piece of the text of a log.
 *
 * lines     whole lines that came together; the newline of the last one is left out of `bytes`.
 * partial   the next part of a line whose newline has yet to come.
 *
 * All texts one after another, with a newline after each `lines`, are the log's bytes.
 */
export interface LineText {
  readonly kind: 'lines' | 'partial';
  /** A character is never cut. They may be part of what was pushed, and hold as long as that does. */
  readonly bytes: Buffer;
  /** The offset after `bytes`; for `lines`, after the newline. */
  readonly end: Offset;
}

interface LinesOptions {
  /** An unfinished line longer than this, in bytes, is handed out as `partial` at once. Default: `LINE_BYTES_MAX`. */
  readonly lineBytesMax?: number;
}

/** Makes text in whole lines out of bytes, however these are cut, and keeps count of where in the log each text ends. */
export class LineSplitter {
  readonly #lineBytesMax: number;
  /** Its first `#used` bytes are what was not handed out yet. They hold no newline. */
  #line = NOTHING;
  #used = 0;
  /** The offset of the first byte that was not handed out. */
  #at: Offset;

  constructor(from: Offset, options: LinesOptions = {}) {
    this.#at = from;
    this.#lineBytesMax = options.lineBytesMax ?? LINE_BYTES_MAX;
  }

  /** Whether part of a line waits for its newline. */
  get isUnfinished(): boolean {
    return this.#used > 0;
  }

  /** The whole lines that `chunk` finishes, and the beginning of the last one if that is too long to be kept. */
  push(chunk: Buffer): LineText[] {
    const texts: LineText[] = [];
    const newline = chunk.lastIndexOf(NEWLINE);
    if (newline >= 0) texts.push(this.#takeLines(chunk.subarray(0, newline)));
    this.#keep(chunk.subarray(newline + 1));
    const partial = this.#used > this.#lineBytesMax ? this.takePartial() : undefined;
    if (partial !== undefined) texts.push(partial);
    return texts;
  }

  /** The unfinished line up to its last whole character, for a reader that should not wait for the rest of it. */
  takePartial(): LineText | undefined {
    const line = this.#take();
    let whole = line.length - incompleteUtf8Length(line);
    // The CR of a line's end that is still to come in full.
    if (whole === line.length && line[whole - 1] === CR) whole -= 1;
    const text = this.#textOf('partial', line.subarray(0, whole));
    this.#keep(line.subarray(whole));
    return whole === 0 ? undefined : text;
  }

  /** What is left when nothing more will come. */
  flush(): LineText | undefined {
    return this.isUnfinished ? this.#textOf('partial', this.#take()) : undefined;
  }

  #takeLines(rest: Buffer): LineText {
    const lines = this.isUnfinished ? Buffer.concat([this.#take(), rest]) : rest;
    const text = this.#textOf('lines', lines);
    this.#at = advance(this.#at, 1);
    return { ...text, end: this.#at };
  }

  #textOf(kind: LineText['kind'], bytes: Buffer): LineText {
    this.#at = advance(this.#at, bytes.length);
    return { kind, bytes, end: this.#at };
  }

  #take(): Buffer {
    const line = this.#line.subarray(0, this.#used);
    this.#line = NOTHING;
    this.#used = 0;
    return line;
  }

  /** Copies: a slice would keep the page that it was cut from in memory. Doubling keeps a line of single bytes cheap. */
  #keep(bytes: Buffer): void {
    const used = this.#used + bytes.length;
    if (used > this.#line.length) {
      const grown = Buffer.allocUnsafe(Math.max(used, Math.min(2 * used, this.#lineBytesMax)));
      this.#line.copy(grown, 0, 0, this.#used);
      this.#line = grown;
    }
    bytes.copy(this.#line, this.#used);
    this.#used = used;
  }
}
