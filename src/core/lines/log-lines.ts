import { readToTail } from '../follow/read-to-tail';
import type { LogInfo } from '../log/log';
import { advance, type Offset, START } from '../log/offset';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';
import { timeAt } from './time-at';

const LF = 0x0a;

/** How many lines one call of `marks` goes through at most. */
export const MARKED_LINES_MAX = 1_000_000;

/** How much is counted for a number that is only worth having where it is cheap. */
const CHEAP_BYTES = 1024 * 1024;

export interface LogLinesOptions {
  /** How many bytes all indexes in memory may take. */
  readonly cacheBytes: number;
}

/** How many lines a log has. */
export interface LineCount {
  /** An unfinished last line counts. */
  readonly lines: number;
  /** The tail that they were counted up to. */
  readonly upTo: Offset;
  readonly endsInNewline: boolean;
}

/** Where a line begins. */
export interface LineMark {
  /** From 1. */
  readonly line: number;
  readonly offset: Offset;
  /** When its first byte was committed, in Unix milliseconds, if that is known. */
  readonly at?: number;
}

/** The lines of the logs of a store, by number. They are counted on demand. */
export class LogLines {
  constructor(
    private readonly store: LogStore,
    _options: LogLinesOptions,
  ) {}

  /** All lines that are committed by now, that is, up to `info.tail`. Counts what is not counted yet. @throws as `readToTail` */
  async count(info: LogInfo, signal: AbortSignal): Promise<LineCount> {
    let lines = 0;
    let end = START;
    for await (const offset of this.#newlines(info, START, info.tail, signal)) {
      lines += 1;
      end = advance(offset, 1);
    }
    const endsInNewline = lines > 0 && end === info.tail;
    return { lines: end < info.tail ? lines + 1 : lines, upTo: info.tail, endsInNewline };
  }

  /** As `count`, if the count is known or cheap. */
  async knownCount(info: LogInfo, signal: AbortSignal): Promise<LineCount | undefined> {
    return info.tail <= CHEAP_BYTES ? this.count(info, signal) : undefined;
  }

  /** Where line `line` (from 1) begins. @returns `undefined` if no byte of the line is committed */
  async offsetOfLine(info: LogInfo, line: number, signal: AbortSignal): Promise<Offset | undefined> {
    const offset = await this.beginOfLine(info, line, signal);
    return offset === info.tail ? undefined : offset;
  }

  /** As `offsetOfLine`, and the tail if `line` is the one that the next byte begins. */
  async beginOfLine(info: LogInfo, line: number, signal: AbortSignal): Promise<Offset | undefined> {
    if (line <= 1) return START;
    let lines = 0;
    for await (const offset of this.#newlines(info, START, info.tail, signal)) {
      lines += 1;
      if (lines === line - 1) return advance(offset, 1);
    }
    return undefined;
  }

  /** The number of the line that has the byte at `offset`. At the tail, of the line that the next byte belongs to. */
  async lineAt(info: LogInfo, offset: Offset, signal: AbortSignal): Promise<number> {
    let line = 1;
    for await (const _ of this.#newlines(info, START, offset, signal)) line += 1;
    return line;
  }

  /** Where every `step`th line begins, from line `from` on, of at most `MARKED_LINES_MAX` lines. */
  async marks(info: LogInfo, step: number, from: number, signal: AbortSignal): Promise<readonly LineMark[]> {
    const marks: LineMark[] = [];
    let line = 1;
    let begin = START;
    const visit = async (): Promise<void> => {
      const isMarked = line >= from && (line - from) % step === 0 && line < from + MARKED_LINES_MAX;
      if (!isMarked || begin >= info.tail) return;
      const at = await timeAt(this.store, info, begin);
      marks.push({ line, offset: begin, ...(at !== undefined && { at }) });
    };
    await visit();
    for await (const offset of this.#newlines(info, START, info.tail, signal)) {
      line += 1;
      begin = advance(offset, 1);
      await visit();
    }
    return marks;
  }

  /**
   * Where the `count`th newline after `from` ends.
   * @returns its end and 0 `newlines`; or the tail, and how many `newlines` have yet to come
   */
  async afterNewlines(
    info: LogInfo,
    from: Offset,
    count: number,
    signal: AbortSignal,
  ): Promise<{ readonly to: Offset; readonly newlines: number }> {
    if (count === 0) return { to: from, newlines: 0 };
    let newlines = count;
    for await (const offset of this.#newlines(info, from, info.tail, signal)) {
      newlines -= 1;
      if (newlines === 0) return { to: advance(offset, 1), newlines };
    }
    return { to: info.tail, newlines };
  }

  async *#newlines(info: LogInfo, from: Offset, until: Offset, signal: AbortSignal): AsyncGenerator<Offset> {
    const slices = new TimeSlices(signal);
    let at = from;
    for await (const page of readToTail(this.store, info, from, signal, { until })) {
      for (const chunk of page.chunks) {
        for (let i = chunk.indexOf(LF); i >= 0; i = chunk.indexOf(LF, i + 1)) {
          yield advance(at, i);
          if (slices.isOver) await slices.next();
        }
        at = advance(at, chunk.length);
      }
      page.release?.();
    }
  }
}
