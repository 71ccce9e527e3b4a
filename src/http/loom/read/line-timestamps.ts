import type { BegunLine } from '../../../core/lines/begun-line';
import { countNewlines } from '../../../core/lines/newlines';
import { advance, type Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import { ISO_TIME_LENGTH, isoTime } from '../../json/iso-time';

const LF = 0x0a;

/** What comes before a line: its time and a space. */
export const TIMESTAMP_BYTES = ISO_TIME_LENGTH + 1;

/** As long as a time, so that the text of each line begins in one column. */
const UNKNOWN = Buffer.from('-'.padEnd(TIMESTAMP_BYTES));

/** Most lines have the time of the one before. */
let lastAt = Number.NaN;
let last = UNKNOWN;

/** Puts the time of each line before it, as in `2026-11-29T05:43:13.123Z text`. */
export class LineTimestamps {
  #isLineStart: boolean;
  #begun: BegunLine | undefined;

  /**
   * @param begun the line of the first byte, if it begins before
   * @param hasBegun whether the reader has the beginning of that line, with its time
   */
  constructor(begun?: BegunLine, hasBegun = false) {
    this.#isLineStart = begun === undefined || !hasBegun;
    this.#begun = hasBegun ? undefined : begun;
  }

  /** The time of a line that begins in the next bytes depends on these alone. */
  get isPlain(): boolean {
    return this.#begun === undefined;
  }

  /** Whether a line begins with the next bytes. */
  get isLineStart(): boolean {
    return this.#isLineStart;
  }

  /** The times were put into these bytes for another reader. */
  passOver(bytes: Buffer): void {
    if (bytes.length > 0) this.#isLineStart = bytes.at(-1) === LF;
  }

  /**
   * @param bytes at `from`, which follow those of the call before
   * @param times theirs
   * @param isFollowed whether a newline follows that is not in `bytes`; then they are a line at least, which may be empty
   */
  insert(bytes: Buffer, from: Offset, times: readonly TimeMark[], isFollowed = false): Buffer {
    const stamped = Buffer.allocUnsafe(bytes.length + (countNewlines(bytes) + 1) * TIMESTAMP_BYTES);
    let [to, mark, begin] = [0, 0, 0];
    const stamp = (): void => {
      const at = advance(from, begin);
      while ((times[mark]?.end ?? Number.POSITIVE_INFINITY) <= at) mark += 1;
      const text = timestamp((this.#begun ?? times[mark])?.at);
      this.#begun = undefined;
      // A loop: a call of `write` or `copy` takes longer for so few bytes.
      for (let i = 0; i < TIMESTAMP_BYTES; i += 1) stamped[to + i] = text[i] ?? 0;
      to += TIMESTAMP_BYTES;
    };
    while (begin < bytes.length) {
      if (this.#isLineStart) stamp();
      const newline = bytes.indexOf(LF, begin);
      const end = newline < 0 ? bytes.length : newline + 1;
      to += bytes.copy(stamped, to, begin, end);
      this.#isLineStart = newline >= 0;
      begin = end;
    }
    if (isFollowed && this.#isLineStart) stamp();
    if (isFollowed) this.#isLineStart = true;
    return stamped.subarray(0, to);
  }
}

function timestamp(at: number | undefined): Buffer {
  if (at === undefined) return UNKNOWN;
  if (at !== lastAt) {
    last = Buffer.from(`${isoTime(at)} `);
    lastAt = at;
  }
  return last;
}
