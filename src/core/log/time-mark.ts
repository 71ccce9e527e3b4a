import { lowerBound } from './lower-bound';
import { type Offset, START } from './offset';

/**
 * When bytes of a log were committed: those from the end of the mark before it up to `end`. In a list of marks neither ends nor times
 * decrease.
 */
export interface TimeMark {
  readonly end: Offset;
  /** Unix milliseconds of the server's clock. */
  readonly at: number;
}

/** The parts of `marks` that lie in `[from, until)`. The first may begin before `from`; the last ends at `until` at most. */
export function marksWithin(marks: readonly TimeMark[], from: Offset, until: Offset): TimeMark[] {
  const within: TimeMark[] = [];
  for (let i = firstEndAfter(marks, from); i < marks.length; i += 1) {
    const mark = marks[i];
    if (mark === undefined) break;
    within.push(mark.end > until ? { ...mark, end: until } : mark);
    if (mark.end >= until) break;
  }
  return within;
}

/** The first byte that was committed at `at` or later; the end of the last mark if there is none. */
export function offsetOfTime(marks: readonly TimeMark[], at: number): Offset {
  const first = lowerBound(marks.length, (i) => (marks[i]?.at ?? 0) >= at);
  return marks[first - 1]?.end ?? START;
}

/** When the byte at `offset` was committed. @returns `undefined` behind the last mark */
export function timeOf(marks: readonly TimeMark[], offset: Offset): number | undefined {
  return marks[firstEndAfter(marks, offset)]?.at;
}

function firstEndAfter(marks: readonly TimeMark[], offset: Offset): number {
  return lowerBound(marks.length, (i) => (marks[i]?.end ?? 0) > offset);
}
