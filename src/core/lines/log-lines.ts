import type { LogInfo } from '../log/log';
import { type Offset, START } from '../log/offset';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';
import type { Mark } from './checkpoints';
import type { SliceCounter } from './count-threads';
import type { LineIndex } from './line-index';
import { LineIndexCache } from './line-index-cache';
import { endOfNewline, isLineStart, newlinesBefore, type SkippedNewlines, skipNewlines } from './line-lookup';
import { type LineMark, scanMarks } from './scan-marks';
import { timeAt } from './time-at';

/** How many lines one call of `marks` goes through at most. */
export const MARKED_LINES_MAX = 1_000_000;

/** How many indexes have room at once. One that would not fit would be counted anew for each request. */
const INDEXES_MIN = 4;

/** How much is read for what is only worth having where it is cheap: less than a millisecond of work. */
const CHEAP_BYTES = 1024 * 1024;

export interface LogLinesOptions {
  /** How many bytes all indexes in memory may take. */
  readonly cacheBytes: number;
  /** Counts large logs of a store that has a file per log. Absent: they are read and counted in this thread. */
  readonly counter?: SliceCounter;
}

/** How many lines a log has. */
export interface LineCount {
  /** An unfinished last line counts. */
  readonly lines: number;
  /** The tail that they were counted up to. */
  readonly upTo: Offset;
  readonly endsInNewline: boolean;
}

/** Which lines are marked. */
interface MarkedSpan {
  readonly step: number;
  readonly from: number;
  readonly span: number;
}

/** The lines of the logs of a store, by number. They are counted on demand. All methods throw as `readRange` and the signal's reason. */
export class LogLines {
  readonly #indexes: LineIndexCache;

  constructor(
    private readonly store: LogStore,
    { cacheBytes, counter }: LogLinesOptions,
  ) {
    this.#indexes = new LineIndexCache(
      { store, counter, indexBytesMax: cacheBytes / INDEXES_MIN },
      cacheBytes,
    );
  }

  /** All lines that are committed by now, that is, up to `info.tail`. */
  async count(info: LogInfo, signal: AbortSignal): Promise<LineCount> {
    const { tail } = info;
    const index = await this.#indexes.counted(info, () => false, signal);
    const newlines = await newlinesBefore(this.store, info, index, tail, signal);
    const isStart = index.end === tail ? index.isLineStart : await isLineStart(this.store, info, tail);
    return { lines: isStart ? newlines : newlines + 1, upTo: tail, endsInNewline: isStart && tail > START };
  }

  /** As `count`, if the count is known or cheap. */
  async knownCount(info: LogInfo, signal: AbortSignal): Promise<LineCount | undefined> {
    const index = await this.#indexes.known(info, signal);
    return info.tail - (index?.end ?? START) > CHEAP_BYTES ? undefined : this.count(info, signal);
  }

  /** Where line `line` (from 1) begins. @returns `undefined` if no byte of the line is committed */
  async offsetOfLine(info: LogInfo, line: number, signal: AbortSignal): Promise<Offset | undefined> {
    const offset = await this.beginOfLine(info, line, signal);
    return offset === info.tail ? undefined : offset;
  }

  /** As `offsetOfLine`, and the tail if `line` is the one that the next byte begins. */
  async beginOfLine(info: LogInfo, line: number, signal: AbortSignal): Promise<Offset | undefined> {
    if (line <= 1) return START;
    const index = await this.#indexes.counted(info, ({ newlines }) => newlines >= line - 1, signal);
    return this.#endOfNewline(info, index, line - 1, signal);
  }

  /** The number of the line that has the byte at `offset`. At the tail, of the line that the next byte belongs to. */
  async lineAt(info: LogInfo, offset: Offset, signal: AbortSignal): Promise<number> {
    const index = await this.#indexes.counted(info, ({ end }) => end >= offset, signal);
    return 1 + (await newlinesBefore(this.store, info, index, offset, signal));
  }

  /** Where `count` newlines from `from` on end, in what is committed by now. What is not counted yet is searched instead. */
  async afterNewlines(
    info: LogInfo,
    from: Offset,
    count: number,
    signal: AbortSignal,
  ): Promise<SkippedNewlines> {
    const { store } = this;
    const { tail } = info;
    const index = tail - from > CHEAP_BYTES ? await this.#indexes.known(info, signal) : undefined;
    if (count === 0 || index === undefined || index.end < tail)
      return skipNewlines(store, info, from, tail, count, signal);
    const last = (await newlinesBefore(store, info, index, from, signal)) + count;
    const to = await this.#endOfNewline(info, index, last, signal);
    if (to !== undefined) return { to, missing: 0 };
    return { to: tail, missing: last - (await newlinesBefore(store, info, index, tail, signal)) };
  }

  /**
   * Where every `step`th line begins, from line `from` on.
   * @param span of how many lines
   */
  async marks(
    info: LogInfo,
    step: number,
    from: number,
    signal: AbortSignal,
    span = MARKED_LINES_MAX,
  ): Promise<readonly LineMark[]> {
    const to = from + span;
    const index = await this.#indexes.counted(info, ({ newlines }) => newlines >= to, signal);
    if (step < index.markLines) return this.#scannedMarks(info, index, { step, from, span }, signal);
    const slices = new TimeSlices(signal);
    const find = index.markFinder();
    const marks: LineMark[] = [];
    for (let line = from; line < to; line += step) {
      const known = find(line - 1);
      const mark = known ? markAt(line, known, info.tail) : await this.#searchMark(info, index, line, signal);
      if (mark === undefined) break;
      marks.push(mark);
      if (slices.isOver) await slices.next();
    }
    return marks;
  }

  async #scannedMarks(
    info: LogInfo,
    index: LineIndex,
    { step, from, span }: MarkedSpan,
    signal: AbortSignal,
  ): Promise<readonly LineMark[]> {
    const begin = from === 1 ? START : await this.#endOfNewline(info, index, from - 1, signal);
    if (begin === undefined) return [];
    const count = Math.ceil(span / step);
    return scanMarks(this.store, info, { line: from, offset: begin }, step, count, signal);
  }

  async #searchMark(
    info: LogInfo,
    index: LineIndex,
    line: number,
    signal: AbortSignal,
  ): Promise<LineMark | undefined> {
    const offset = line === 1 ? START : await this.#endOfNewline(info, index, line - 1, signal);
    if (offset === undefined || offset === info.tail) return undefined;
    const at = await timeAt(this.store, info, offset);
    return { line, offset, ...(at !== undefined && { at }) };
  }

  /** @returns `undefined` if there is no such newline up to the tail of `info`, which the index may be beyond */
  async #endOfNewline(
    info: LogInfo,
    index: LineIndex,
    number: number,
    signal: AbortSignal,
  ): Promise<Offset | undefined> {
    if (index.newlines < number) return undefined;
    const end = await endOfNewline(this.store, info, index, number, signal);
    return end <= info.tail ? end : undefined;
  }
}

/** @returns `undefined` if the line is not one of those that are asked about: the index may be beyond their tail */
function markAt(line: number, { offset, at }: Mark, tail: Offset): LineMark | undefined {
  return offset < tail ? { line, offset, ...(at !== undefined && { at }) } : undefined;
}
