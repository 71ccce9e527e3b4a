import fc from 'fast-check';
import { LineRuns, runsAround, runsBetween } from '../../../web/lines/line-runs';

const lines = fc.integer({ min: 0, max: 60 });
const hidden = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 20 })
  .map((edges) => edges.sort((a, b) => a - b))
  .map((edges) =>
    edges.flatMap((from, at) =>
      at % 2 === 0 && edges[at + 1] !== undefined ? [[from, edges[at + 1]] as [number, number]] : [],
    ),
  );

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

it('rows are the lines that are not hidden, in their order, and lead back to them', () => {
  fc.assert(
    fc.property(lines, hidden, (count, runs) => {
      const map = new LineRuns(runsBetween(runs, count));
      const shown = numbers(1, count).filter(
        (line) => !runs.some(([from, to]) => line >= from && line <= to),
      );
      expect(map.rows).toBe(shown.length);
      expect(numbers(0, map.rows - 1).map((row) => map.lineAt(row))).toEqual(shown);
      for (const line of numbers(1, count)) {
        expect(map.has(line)).toBe(shown.includes(line));
        expect(map.rowOf(line)).toBe(
          Math.max(
            0,
            shown.findLastIndex((one) => one <= line),
          ),
        );
      }
    }),
  );
});

it('a row that does not exist is that of the nearest line', () => {
  const map = new LineRuns([[3, 5]]);
  expect([map.lineAt(-1), map.lineAt(99), map.rowOf(1), map.rowOf(99)]).toEqual([3, 5, 0, 2]);
  expect([new LineRuns([]).lineAt(0), new LineRuns([]).has(0)]).toEqual([0, false]);
});

it('lines with those around them are runs without overlaps', () => {
  expect([...runsAround([1, 5, 7, 20], 2, 21)]).toEqual([
    [1, 9],
    [18, 21],
  ]);
  expect([...runsAround([4], 0, 10)]).toEqual([[4, 4]]);
});
