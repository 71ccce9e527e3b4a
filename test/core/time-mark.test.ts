import { advance, START } from '../../src/core/log/offset';
import { marksWithin, offsetOfTime, type TimeMark } from '../../src/core/log/time-mark';

const at = (offset: number) => advance(START, offset);
const marks: readonly TimeMark[] = [
  { end: at(3), at: 100 },
  { end: at(7), at: 100 },
  { end: at(9), at: 250 },
];

describe('Time marks', () => {
  it('of a range are those of its bytes, and the last one ends with the range', () => {
    expect(marksWithin(marks, at(3), at(8))).toEqual([
      { end: 7, at: 100 },
      { end: 8, at: 250 },
    ]);
    expect(marksWithin(marks, at(0), at(3))).toEqual([{ end: 3, at: 100 }]);
    expect(marksWithin(marks, at(9), at(12))).toEqual([]);
  });

  it.each([
    [0, 0],
    [100, 0],
    [101, 7],
    [250, 7],
    [251, 9],
  ])('find the first byte that was committed at %d or later at offset %d', (time, offset) => {
    expect(offsetOfTime(marks, time)).toBe(offset);
    expect(offsetOfTime([], time)).toBe(0);
  });
});
