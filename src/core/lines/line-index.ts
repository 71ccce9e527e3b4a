import { advance, type Offset, START } from '../log/offset';
import { type TimeMark, timeOf } from '../log/time-mark';
import type { TimeSlices } from '../scheduling/time-slices';
import type { Page } from '../store/store';
import { Checkpoints, MARK_LINES, type Mark, type Surroundings } from './checkpoints';
import { type CountedSlice, type CountedSlices, eachCountedSlice } from './counted-slices';
import { SCAN_BYTES } from './line-scanner';
import { eachNewline, endsInNewline } from './newlines';

/** About how much memory an index takes beside its checkpoints. */
const INDEX_BYTES = 512;

/** An index that takes less is not halved. */
const SIZE_MIN = 4 * 1024;

/** Up to where newlines were counted. */
export interface Counted {
  readonly end: Offset;
  readonly newlines: number;
  /** A line begins at `end`. */
  readonly isLineStart: boolean;
}

/** What else an index that was counted before has. */
interface KeptCheckpoints {
  readonly level: number;
  readonly checkpoints: Checkpoints;
}

/**
 * How many newlines come before some places of a log, up to where it was counted. There is a checkpoint at every mark, and at every
 * multiple of 64 KiB: so any line is found in 64 KiB of the log. An index that would take too much memory has fewer: at each level half
 * as many as at the one before, so that a line is found in twice as many bytes.
 */
export class LineIndex implements Counted {
  #level: number;
  #checkpoints: Checkpoints;
  #end: Offset;
  #newlines: number;
  #isLineStart: boolean;

  constructor(
    counted: Counted = { end: START, newlines: 0, isLineStart: true },
    { level, checkpoints }: KeptCheckpoints = { level: 0, checkpoints: new Checkpoints() },
  ) {
    this.#level = level;
    this.#checkpoints = checkpoints;
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
    return INDEX_BYTES + this.#checkpoints.size;
  }

  /** How often it was halved. */
  get level(): number {
    return this.#level;
  }

  /** How many lines there are from one mark to the next. */
  get markLines(): number {
    return MARK_LINES * 2 ** this.#level;
  }

  /** The checkpoints, to be stored. */
  get chunks(): readonly Buffer[] {
    return this.#checkpoints.chunks;
  }

  /** Halves the checkpoints until they take `bytesMax` or less. Nothing may be added meanwhile. @throws as `TimeSlices.next` */
  async shrink(bytesMax: number, slices: TimeSlices): Promise<void> {
    while (this.size > Math.max(bytesMax, SIZE_MIN)) {
      const level = this.#level + 1;
      const fewer = new Checkpoints();
      const steps = this.#checkpoints.copyMultiples(fewer, SCAN_BYTES * 2 ** level, MARK_LINES * 2 ** level);
      for (const _ of steps) if (slices.isOver) await slices.next();
      this.#level = level;
      this.#checkpoints = fewer;
    }
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

  /** How many newlines have yet to come before the next mark of an index that was never halved. */
  get untilMark(): number {
    return MARK_LINES - (this.#newlines % MARK_LINES);
  }

  /** Counts on with slices of the log that begin at its `end`, which another thread has counted. */
  addCounted(slices: CountedSlices, times: readonly TimeMark[]): void {
    for (const slice of eachCountedSlice(slices)) this.#addCounted(slice, times);
  }

  /** Where the newline with this number is, from 1 to `newlines`. */
  aroundNewline(number: number): Surroundings {
    return this.#checkpoints.aroundNewline(number);
  }

  /** Where the byte at `offset` is, which is before `end`. */
  aroundOffset(offset: Offset): Surroundings {
    return this.#checkpoints.aroundOffset(offset);
  }

  /** The mark with this many newlines before it. `undefined` if it has no byte yet, or if that is no multiple of `markLines`. */
  mark(newlines: number): Mark | undefined {
    if (newlines % this.markLines !== 0) return undefined;
    // Of the checkpoints with as many newlines before them the mark is the first.
    const { after } = this.#checkpoints.aroundNewline(newlines);
    return after?.newlines === newlines ? after : undefined;
  }

  /** As `mark`, for many marks in their order. */
  markFinder(): (newlines: number) => Mark | undefined {
    const find = this.#checkpoints.markFinder();
    const { markLines } = this;
    return (newlines) => (newlines % markLines === 0 ? find(newlines) : undefined);
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
      if (index < bytes && marked % this.markLines === 0) this.#addMark(advance(from, index), marked, times);
    }
    this.#newlines = marked + MARK_LINES - left;
    this.#end = advance(from, bytes);
    this.#isLineStart = isEnded;
  }

  #beginSlice(times: readonly TimeMark[]): void {
    const isMark = this.#isLineStart && this.#newlines % this.markLines === 0;
    if (isMark) this.#addMark(this.#end, this.#newlines, times);
    else if (this.#end % (SCAN_BYTES * 2 ** this.#level) === 0)
      this.#checkpoints.add(this.#end, this.#newlines);
  }

  #addMark(offset: Offset, newlines: number, times: readonly TimeMark[]): void {
    this.#checkpoints.addMark(offset, newlines, timeOf(times, offset));
  }
}
