import { sizeOf } from '../bytes/size-of';
import { advance, type Offset } from '../log/offset';
import type { TimeMark } from '../log/time-mark';
import type { Page } from '../store/store';
import { afterNewlines, countNewlines, endsInNewline } from './newlines';
import { timedPieces } from './timed-pieces';

/** What comes before the first byte that is selected. */
export type Skip =
  | { readonly kind: 'offset'; readonly offset: Offset }
  | { readonly kind: 'newlines'; readonly count: number }
  /** Whatever comes before the first line that begins at that time (Unix milliseconds) or later. */
  | { readonly kind: 'since'; readonly at: number };

/** What may still be selected. */
export interface Remainder {
  readonly bytes?: number | undefined;
  readonly newlines?: number | undefined;
  /** Everything before the first line that begins after this time, in Unix milliseconds. */
  readonly until?: number | undefined;
}

/** The selected part of some bytes. */
export interface Selected {
  readonly chunks: readonly Buffer[];
  /** The offset of the first byte of `chunks`. */
  readonly from: Offset;
  /** Nothing more is selected. */
  readonly isOver: boolean;
}

/** What one `LiveSelection` has selected, and what it goes on with. */
interface LiveSelectionOptions {
  /** Bytes before it are selected. */
  readonly from: Offset;
  /** Whether a line begins at `from`. */
  readonly isLineStart: boolean;
  readonly skip?: Skip | undefined;
  readonly remainder: Remainder;
}

/**
 * Passes on the selected part of the bytes that come after an offset: skips what precedes the first selected byte, and ends after a number
 * of bytes or lines, or at a time. Bytes before that offset are passed on as they are.
 */
export class LiveSelection {
  /** Unix milliseconds after which it is over even if nothing comes. */
  readonly endsAt: number | undefined;
  readonly #from: Offset;
  #isLineStart: boolean;
  #skip: Skip | undefined;
  #skippedLines = 0;
  #bytes: number;
  #newlines: number;
  #isOver: boolean;

  constructor({ from, isLineStart, skip, remainder }: LiveSelectionOptions) {
    const { bytes = Number.POSITIVE_INFINITY, newlines = Number.POSITIVE_INFINITY, until } = remainder;
    this.#from = from;
    this.#isLineStart = isLineStart;
    this.#skip = skip;
    this.#bytes = bytes;
    this.#newlines = newlines;
    this.#isOver = bytes <= 0 || newlines <= 0;
    this.endsAt = until;
  }

  /** Nothing is to be skipped, and the only end is that of the log. */
  get isPlain(): boolean {
    const isBounded = Number.isFinite(this.#bytes) || Number.isFinite(this.#newlines);
    return this.#skip === undefined && !isBounded && this.endsAt === undefined;
  }

  /** How many newlines were skipped. */
  get skippedLines(): number {
    return this.#skippedLines;
  }

  /** As `take`, for a page that was read `withTimes`. */
  takePage({ chunks, next, times = [] }: Page): Selected {
    return this.take(chunks, next, times);
  }

  /**
   * @param next the offset after `chunks`
   * @param times theirs. Bytes without a known time are older than any time
   */
  take(chunks: readonly Buffer[], next: Offset, times: readonly TimeMark[]): Selected {
    const from = advance(next, -sizeOf(chunks));
    if (next <= this.#from || this.isPlain) return { chunks, from, isOver: false };
    const selected: Buffer[] = [];
    let first: Offset | undefined;
    const select = (bytes: Buffer, at: Offset): void => {
      if (bytes.length === 0) return;
      first ??= at;
      selected.push(bytes);
    };
    for (const { bytes, from: at, at: committedAt = 0 } of timedPieces(chunks, from, times)) {
      const known = Math.min(bytes.length, Math.max(0, this.#from - at));
      select(bytes.subarray(0, known), at);
      const fresh = bytes.subarray(known);
      const [begin, end] = this.#selectIn(fresh, advance(at, known), committedAt);
      select(fresh.subarray(begin, end), advance(at, known + begin));
    }
    return { chunks: selected, from: first ?? next, isOver: this.#isOver };
  }

  /** @returns where in `bytes` the selected ones begin and end */
  #selectIn(bytes: Buffer, at: Offset, committedAt: number): readonly [number, number] {
    if (bytes.length === 0 || this.#isOver) return [0, 0];
    const timeEnd = this.#timeEndIn(bytes, committedAt);
    const begin = this.#skipIn(bytes, at, committedAt);
    const end = this.#endIn(bytes, begin, Math.max(begin, timeEnd ?? bytes.length));
    if (timeEnd !== undefined || this.#bytes === 0 || this.#newlines === 0) this.#isOver = true;
    this.#isLineStart = endsInNewline(bytes);
    return [begin, end];
  }

  /** Where the first line begins that comes too late. */
  #timeEndIn(bytes: Buffer, committedAt: number): number | undefined {
    if (this.endsAt === undefined || committedAt <= this.endsAt) return undefined;
    return this.#isLineStart ? 0 : afterNewlines(bytes, 1);
  }

  /** @returns where in `bytes`, which are at `at`, the selected ones begin */
  #skipIn(bytes: Buffer, at: Offset, committedAt: number): number {
    const skip = this.#skip;
    if (skip === undefined) return 0;
    const found = beginIn(bytes, at, committedAt, skip, this.#isLineStart);
    const begin = found ?? bytes.length;
    const newlines = countNewlines(bytes.subarray(0, begin));
    this.#skippedLines += newlines;
    if (skip.kind === 'newlines') this.#skip = { kind: 'newlines', count: skip.count - newlines };
    if (found !== undefined) this.#skip = undefined;
    return begin;
  }

  /** @returns where in `bytes` the selected ones end, `end` at most */
  #endIn(bytes: Buffer, begin: number, end: number): number {
    let last = Math.min(end, begin + this.#bytes);
    if (Number.isFinite(this.#newlines)) {
      const rest = bytes.subarray(begin, last);
      const after = afterNewlines(rest, this.#newlines);
      last = begin + (after ?? rest.length);
      this.#newlines = after === undefined ? this.#newlines - countNewlines(rest) : 0;
    }
    this.#bytes -= last - begin;
    return last;
  }
}

function beginIn(
  bytes: Buffer,
  at: Offset,
  committedAt: number,
  skip: Skip,
  isLineStart: boolean,
): number | undefined {
  switch (skip.kind) {
    case 'offset':
      return skip.offset < at + bytes.length ? skip.offset - at : undefined;
    case 'newlines':
      return afterNewlines(bytes, skip.count);
    case 'since':
      if (committedAt < skip.at) return undefined;
      return isLineStart ? 0 : afterNewlines(bytes, 1);
  }
}
