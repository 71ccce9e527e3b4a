import type { Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { LogMarks } from './log-marks';

/** A log whose bytes have times. */
export interface TimedLog {
  readonly generation: string;
  readonly tail: Offset;
  readonly updatedAt: number;
  /** Present while this process appends to it. */
  marks?: LogMarks | undefined;
}

/** All times of a log at one moment: the marks of its sidecar, and behind them those that are in memory or follow from its facts. */
export interface TimesView {
  readonly path: string;
  /** How many records of the sidecar count. */
  readonly records: number;
  readonly newest: readonly TimeMark[];
}

/** @param marks `undefined` if only the facts have the time of the newest bytes */
export function viewOf(path: string, log: TimedLog, marks: LogMarks | undefined, from: Offset): TimesView {
  if (marks !== undefined) return { path, records: marks.records, newest: marks.after(from) };
  const { tail, updatedAt } = log;
  return {
    path,
    // Each mark has a byte at least. What is beyond is damage, which could be gigabytes.
    records: tail,
    newest: tail > from ? [{ end: tail, at: updatedAt }] : [],
  };
}

/** Leaves out marks that end before an earlier one. No time is earlier than the one before. */
export function inOrder(marks: Iterable<TimeMark>): TimeMark[] {
  const ordered: TimeMark[] = [];
  for (const mark of marks) {
    const last = ordered.at(-1);
    if (last === undefined || mark.end > last.end)
      ordered.push(last !== undefined && mark.at < last.at ? { ...mark, at: last.at } : mark);
  }
  return ordered;
}
