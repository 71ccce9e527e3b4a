import { incompleteUtf8Length } from '../bytes/utf8';
import { advance, type Offset } from '../log/offset';
import type { TimeMark } from '../log/time-mark';
import type { BegunLine } from './begun-line';

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** A line of a log, or a part of one, with its number. */
export interface NumberedLine {
  readonly line: number;
  /** That of the first byte of `text`. */
  readonly offset: Offset;
  /** When the line was begun, in Unix milliseconds, if that is known. */
  readonly at: number | undefined;
  /** Without the newline. It may be part of what was pushed, and holds as long as that does. */
  readonly text: Buffer;
  /** The line has more bytes than may be kept; those are left out. */
  readonly isCut: boolean;
  /** The line goes on: its next part has the same number. */
  readonly isPartial: boolean;
}

/** Splits bytes that arrive with their times into lines, and numbers them. */
export class NumberedLines {
  #line: number;
  /** The offset of the next byte that is pushed. */
  #at: Offset;
  /** The offset of the first byte of the line that was not handed out. */
  #begin: Offset;
  /** Whether the line has a byte. */
  #isBegun = false;
  #begunAt: number | undefined;
  /** Its first `#used` bytes are what was not handed out of the line. */
  #kept = NOTHING;
  #used = 0;
  #handedOut = 0;
  #isCut = false;
  /** A part that was handed out says that the line is cut. */
  #isKnownCut = false;

  /**
   * @param from the offset of the first byte that is pushed
   * @param line the number of its line
   * @param lineBytesMax how many bytes of one line are handed out at most
   * @param begun that line, if it was begun before
   */
  constructor(
    from: Offset,
    line: number,
    private readonly lineBytesMax: number,
    begun?: BegunLine,
  ) {
    this.#isBegun = begun !== undefined;
    this.#begunAt = begun?.at;
    this.#at = from;
    this.#begin = from;
    this.#line = line;
  }

  /** The number and the offset of the line that the next byte begins; `undefined` within a line. */
  get next(): { readonly line: number; readonly offset: Offset } | undefined {
    return this.#isBegun ? undefined : { line: this.#line, offset: this.#at };
  }

  /** Goes past whole lines that begin at `next` and are not needed from here. */
  skip(lines: number, bytes: number): void {
    this.#line += lines;
    this.#at = advance(this.#at, bytes);
    this.#begin = this.#at;
  }

  /** @returns the lines that `chunk` finishes */
  push(chunk: Buffer, times: readonly TimeMark[]): readonly NumberedLine[] {
    const lines: NumberedLine[] = [];
    let mark = 0;
    for (let begin = 0; begin < chunk.length; ) {
      const newline = chunk.indexOf(LF, begin);
      const end = newline < 0 ? chunk.length : newline;
      if (!this.#isBegun) {
        while ((times[mark]?.end ?? Number.POSITIVE_INFINITY) <= this.#at) mark += 1;
        this.#isBegun = true;
        this.#begunAt = times[mark]?.at;
      }
      const text = chunk.subarray(begin, end);
      this.#at = advance(this.#at, text.length);
      if (newline < 0) {
        this.#keep(text);
        break;
      }
      lines.push(this.#finish(text));
      begin = newline + 1;
    }
    return lines;
  }

  /** What was not handed out of the unfinished line, up to its last whole character. */
  takePartial(): NumberedLine | undefined {
    const kept = this.#kept.subarray(0, this.#used);
    const whole = kept.length - incompleteUtf8Length(kept);
    if (whole === 0) return undefined;
    const part = this.#lineOf(kept.subarray(0, whole), true);
    this.#handedOut += whole;
    this.#begin = advance(this.#begin, whole);
    this.#kept = kept.subarray(whole);
    this.#used -= whole;
    return part;
  }

  /** What is left when nothing more will come. The text is empty if only that the line was cut is left to say. */
  flush(): NumberedLine | undefined {
    return this.#used > 0 || this.#isCut !== this.#isKnownCut
      ? this.#lineOf(this.#takeKept(), false)
      : undefined;
  }

  /** @param rest what `chunk` has of the line */
  #finish(rest: Buffer): NumberedLine {
    const isWhole = this.#used === 0 && this.#handedOut + rest.length <= this.lineBytesMax;
    if (!isWhole) this.#keep(rest);
    const line = this.#lineOf(isWhole ? rest : this.#takeKept(), false);
    this.#at = advance(this.#at, 1);
    this.#begin = this.#at;
    this.#line += 1;
    this.#isBegun = false;
    this.#handedOut = 0;
    this.#isCut = false;
    this.#isKnownCut = false;
    return line;
  }

  #lineOf(text: Buffer, isPartial: boolean): NumberedLine {
    // The rest of a character that was cut is left out.
    const whole = this.#isCut ? text.subarray(0, text.length - incompleteUtf8Length(text)) : text;
    this.#isKnownCut = this.#isCut;
    const [line, offset, at] = [this.#line, this.#begin, this.#begunAt];
    return { line, offset, at, text: whole, isCut: this.#isCut, isPartial };
  }

  #takeKept(): Buffer {
    const kept = this.#kept.subarray(0, this.#used);
    this.#kept = NOTHING;
    this.#used = 0;
    return kept;
  }

  /** Copies: a slice would keep the page that it was cut from in memory. Doubling keeps a line of single bytes cheap. */
  #keep(bytes: Buffer): void {
    const room = this.lineBytesMax - this.#handedOut - this.#used;
    if (bytes.length > room) this.#isCut = true;
    const more = bytes.subarray(0, Math.max(0, room));
    const used = this.#used + more.length;
    if (used > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(used, Math.min(2 * used, this.lineBytesMax)));
      this.#kept.copy(grown, 0, 0, this.#used);
      this.#kept = grown;
    }
    more.copy(this.#kept, this.#used);
    this.#used = used;
  }
}
