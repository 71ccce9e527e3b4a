import { START } from '../../../../src/core/log/offset';
import { LogMarks, NO_MARKS } from '../../../../src/storage/files/times/log-marks';
import { at } from '../../../contract/logs';

const T = 1_764_000_000_000;

function marksOf(tail = START, time = T, file = NO_MARKS): LogMarks {
  return new LogMarks({ generation: 'log', file, tail, at: time }, () => {});
}

/** Appends of so many bytes at so many milliseconds after `T`. @returns their times */
function append(marks: LogMarks, from: number, appends: readonly (readonly [bytes: number, ms: number])[]) {
  let end = from;
  return appends.map(([bytes, ms]) => {
    end += bytes;
    return marks.note(at(end), T + ms) - T;
  });
}

function timesOf(marks: LogMarks): readonly (readonly [end: number, ms: number])[] {
  return marks.after(START).map((mark) => [mark.end, mark.at - T]);
}

function gatheredIn(marks: LogMarks): readonly number[] {
  return marks.gathered.map((number) => (number >= T ? number - T : number));
}

describe('the marks of a log', () => {
  it('are one per append if these come 250 ms or more apart', () => {
    const marks = marksOf();
    append(marks, 0, [
      [10, 0],
      [5, 250],
      [1, 9_000],
    ]);
    expect(timesOf(marks)).toEqual([
      [10, 0],
      [15, 250],
      [16, 9_000],
    ]);
  });

  it('are shared by the appends of less than 250 ms, counted from the first', () => {
    const marks = marksOf();
    append(marks, 0, [
      [1, 0],
      [1, 200],
      [1, 249],
      [1, 250],
      [1, 499],
      [1, 500],
    ]);
    expect(timesOf(marks)).toEqual([
      [3, 249],
      [5, 499],
      [6, 500],
    ]);
  });

  it('are one per 64 KiB if the appends come faster', () => {
    const marks = marksOf();
    append(
      marks,
      0,
      Array.from({ length: 10 }, (_, i) => [16 << 10, i] as const),
    );
    expect(timesOf(marks)).toEqual([
      [64 << 10, 3],
      [128 << 10, 7],
      [160 << 10, 9],
    ]);
  });

  it('do not go back when the clock does, and the last of them is written even if no append follows', () => {
    const marks = marksOf();
    expect(
      append(marks, 0, [
        [1, 0],
        [1, -5_000],
      ]),
    ).toEqual([0, 0]);
    expect(marks.isDirty).toBe(true);
    marks.takeOwed();
    expect(gatheredIn(marks)).toEqual([2, 0]);
  });

  it('are not needed where the end of a log is within 250 ms of all its bytes', () => {
    const marks = marksOf();
    append(marks, 0, [
      [70_000, 0],
      [70_000, 100],
      [70_000, 200],
    ]);
    marks.settleEnd(T + 250);
    expect(marks.isDirty).toBe(false);
    expect(timesOf(marks)).toEqual([[210_000, 200]]);
  });

  it('are kept where the log ends later', () => {
    const marks = marksOf();
    append(marks, 0, [
      [70_000, 0],
      [70_000, 100],
    ]);
    marks.settleEnd(T + 251);
    expect(gatheredIn(marks)).toEqual([70_000, 0]);
    marks.settleEnd(T + 9_000);
    expect(gatheredIn(marks)).toEqual([70_000, 0, 140_000, 100]);
  });

  it('are kept where the last append, which ends the log, came more than 250 ms after the first', () => {
    const marks = marksOf();
    append(marks, 0, [
      [1, 0],
      [1, 250],
      [1, 500],
    ]);
    marks.settleEnd(T + 500);
    expect(timesOf(marks)).toEqual([
      [1, 0],
      [2, 250],
      [3, 500],
    ]);
  });

  it('are kept where the clock was set back before the facts were stored', () => {
    const marks = marksOf();
    append(marks, 0, [[5, 0]]);
    marks.settle(T - 1);
    expect(gatheredIn(marks)).toEqual([5, 0]);
  });

  it('do not mix bytes of which only the facts know the time with the next append', () => {
    const marks = marksOf(at(7), T);
    append(marks, 7, [[3, 1]]);
    expect(timesOf(marks)).toEqual([
      [7, 0],
      [10, 1],
    ]);
  });

  it('follow those in the file, in their order', () => {
    const file = { records: 3, last: { end: at(100), at: T + 50 } };
    const marks = marksOf(at(120), T, file);
    expect(timesOf(marks)).toEqual([[120, 50]]);
    expect(append(marks, 120, [[1, 10]])).toEqual([50]);
  });

  it('go on after those that were written', () => {
    const marks = marksOf();
    append(marks, 0, [
      [1, 0],
      [1, 300],
      [1, 600],
    ]);
    marks.written(2);
    expect(marks.records).toBe(1);
    expect(gatheredIn(marks)).toEqual([2, 300]);
    expect(timesOf(marks)).toEqual([
      [2, 300],
      [3, 600],
    ]);
  });
});
