import type { LogInfo } from '../log/log';
import { advance, type Offset } from '../log/offset';
import { timeOf } from '../log/time-mark';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';
import { eachNewline, endsInNewline } from './newlines';
import { readRange } from './read-range';

/** A line may be one byte: what is found in so many bytes takes a millisecond at most. */
const SLICE_BYTES = 16 * 1024;

/** Where a line begins. */
export interface LineMark {
  /** From 1. */
  readonly line: number;
  readonly offset: Offset;
  /** When its first byte was committed, in Unix milliseconds, if that is known. */
  readonly at?: number;
}

/**
 * Where every `step`th line begins from `first` on, `count` of them at most, up to the tail.
 * @throws as `readRange`
 */
export async function scanMarks(
  store: LogStore,
  info: LogInfo,
  first: LineMark,
  step: number,
  count: number,
  signal: AbortSignal,
): Promise<readonly LineMark[]> {
  const slices = new TimeSlices(signal);
  const marks: LineMark[] = [];
  let { line } = first;
  let begin = first.offset;
  let left = 0;
  for await (const { chunks, times = [], release } of readRange(store, info, begin, info.tail, signal)) {
    const add = (offset: Offset): void => {
      const at = timeOf(times, offset);
      marks.push({ line, offset, ...(at !== undefined && { at }) });
      line += step;
    };
    for (const slice of slicesOf(chunks)) {
      // The line of a mark begins with its first byte, which may be in a later slice than the newline before it.
      if (left === 0) add(begin);
      left = eachNewline(slice, left === 0 ? step : left, step, (index) => {
        if (index < slice.length) add(advance(begin, index));
      });
      if (left === step && endsInNewline(slice)) left = 0;
      begin = advance(begin, slice.length);
      if (marks.length >= count) return marks.slice(0, count);
      if (slices.isOver) await slices.next();
    }
    release?.();
  }
  return marks;
}

function* slicesOf(chunks: readonly Buffer[]): Generator<Buffer, void> {
  for (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) yield chunk.subarray(at, at + SLICE_BYTES);
}
