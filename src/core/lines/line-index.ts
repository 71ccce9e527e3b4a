import { advance, type Offset, START } from '../log/offset';
import { type TimeMark, timeOf } from '../log/time-mark';
import type { Page } from '../store/store';
import { Checkpoints, MARK_LINES, type Mark, type Surroundings } from './checkpoints';
import { type CountedSlice, type CountedSlices, eachCountedSlice } from './counted-slices';
import { SCAN_BYTES } from './line-scanner';
import { eachNewline, endsInNewline } from './newlines';

/** About how much memory an index takes beside its checkpoints. */
const INDEX_BYTES = 512;

/** Up to where newlines were counted. */
export interface Counted {
  readonly end: Offset;
  readonly newlines: number;
  /** A line begins at `end`. */
  readonly isLineStart: boolean;
}

/**
 * How many newlines come before some places of a log, up to where it was counted. There is a checkpoint at every mark, and at every
 * multiple of 64 KiB: so any line is found in 64 KiB of the log.
 */
export class LineIndex implements Counted {
  #end: Offset;
  #newlines: number;
  #isLineStart: boolean;

  constructor(
    counted: Counted = { end: START, newlines: 0, isLineStart: true },
    private readonly checkpoints = new Checkpoints(),
  ) {
    this.#end = counted.end;
    this.#newlines = counted.newlines;
    this.#isLineStart = counted.isLineStart;
  }

  get end(): Offset {
    return this.#end;
  }

  get newlines(): number {
    return this.#newlines;
  }

  get isLineStart(): boolean {
    return this.#isLineStart;
  }

  /** About how much memory it takes. */
  get size(): number {
    return INDEX_BYTES + this.checkpoints.size;
  }

  /** The checkpoints, to be stored. */
  get bytes(): Buffer {
    return this.checkpoints.bytes;
  }

  /** Counts on with bytes of the log that begin at its `end`. */
  add({ chunks, times = [] }: Pick<Page, 'chunks' | 'times'>): void {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        const slice = chunk.subarray(at, at + SCAN_BYTES - (this.#end % SCAN_BYTES));
        this.#addSlice(slice, times);
        at += slice.length;
      }
    }
  }

  /** How many newlines have yet to come before the next mark. */
  get untilMark(): number {
    return MARK_LINES - (this.#newlines % MARK_LINES);
  }

  /** Counts on with slices of the log that begin at its `end`, which another thread has counted. */
  addCounted(slices: CountedSlices, times: readonly TimeMark[]): void {
    for (const slice of eachCountedSlice(slices)) this.#addCounted(slice, times);
  }

  /** Where the newline with this number is, from 1 to `newlines`. */
  aroundNewline(number: number): Surroundings {
    return this.checkpoints.aroundNewline(number);
  }

  /** Where the byte at `offset` is, which is before `end`. */
  aroundOffset(offset: Offset): Surroundings {
    return this.checkpoints.aroundOffset(offset);
  }

  /** The mark with this many newlines before it. `undefined` if it has no byte yet, or if that is no multiple of `MARK_LINES`. */
  mark(newlines: number): Mark | undefined {
    if (newlines % MARK_LINES !== 0) return undefined;
    // Of the checkpoints with as many newlines before them the mark is the first.
    const { after } = this.checkpoints.aroundNewline(newlines);
    return after?.newlines === newlines ? after : undefined;
  }

  /** As `mark`, for many marks in their order. */
  markFinder(): (newlines: number) => Mark | undefined {
    const find = this.checkpoints.markFinder();
    return (newlines) => (newlines % MARK_LINES === 0 ? find(newlines) : undefined);
  }

  /** @param slice which does not go beyond a multiple of `SCAN_BYTES` */
  #addSlice(slice: Buffer, times: readonly TimeMark[]): void {
    const marks: number[] = [];
    const left = eachNewline(slice, this.untilMark, MARK_LINES, (index) => marks.push(index));
    this.#addCounted({ bytes: slice.length, left, endsInNewline: endsInNewline(slice), marks }, times);
  }

  #addCounted(
    { bytes, left, endsInNewline: isEnded, marks }: CountedSlice,
    times: readonly TimeMark[],
  ): void {
    this.#beginSlice(times);
    const from = this.#end;
    let marked = this.#newlines - (this.#newlines % MARK_LINES);
    for (const index of marks) {
      marked += MARK_LINES;
      // A mark behind the slice is added with the first byte of its line.
      if (index < bytes) this.#addMark(advance(from, index), marked, times);
    }
    this.#newlines = marked + MARK_LINES - left;
    this.#end = advance(from, bytes);
    this.#isLineStart = isEnded;
  }

  #beginSlice(times: readonly TimeMark[]): void {
    const isMark = this.#isLineStart && this.#newlines % MARK_LINES === 0;
    if (isMark) this.#addMark(this.#end, this.#newlines, times);
    else if (this.#end % SCAN_BYTES === 0) this.checkpoints.add(this.#end, this.#newlines);
  }

  #addMark(offset: Offset, newlines: number, times: readonly TimeMark[]): void {
    this.checkpoints.addMark(offset, newlines, timeOf(times, offset));
  }
}
