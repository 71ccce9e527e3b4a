import fc from 'fast-check';
import { MAX_DEPTH } from '../../../src/markers/fold-tree';
import { markersOf } from '../../../src/markers/markers-of';
import { LogFolds } from '../../../web/folds/log-folds';

function foldsOf(lines: readonly string[], stored = lines.length): LogFolds {
  const folds = new LogFolds(() => undefined);
  folds.setLines(lines.length);
  // Those that arrive come before the stored ones are fetched, and after.
  const [middle, end] = [Math.floor((stored + lines.length) / 2), lines.length];
  const live = (from: number, to: number): void => {
    for (let line = from + 1; line <= to; line += 1) folds.addLive(line, markersOf(lines[line - 1] ?? ''));
  };
  live(stored, middle);
  for (let line = 1; line <= stored; line += 1) folds.addStored(line, markersOf(lines[line - 1] ?? ''));
  folds.storedLoaded();
  live(middle, end);
  return folds;
}

function shape(folds: LogFolds, lines: number): unknown[] {
  return Array.from({ length: lines }, (_, at) => {
    const fold = folds.at(at + 1);
    return fold === undefined ? undefined : [fold.end, fold.depth, fold.title, fold.seconds];
  });
}

const line = fc.constantFrom(
  'text',
  '::group::a',
  '::endgroup::',
  'section_start:1:a\r\u001b[0KA',
  'section_start:2:b[collapsed=true]\r\u001b[0KB',
  'section_end:3:a\r\u001b[0K',
  'section_end:4:b\r\u001b[0Ksection_start:4:c\r\u001b[0KC',
  '--- one',
  '+++ two',
  '~~~ three',
  '^^^ +++',
  '::error::no',
);
const log = fc.array(line, { maxLength: 30 });

it('the tree is the same whether lines were stored or arrive', () => {
  fc.assert(
    fc.property(log, fc.nat(30), (lines, stored) => {
      const whole = foldsOf(lines);
      const parts = foldsOf(lines, Math.min(stored, lines.length));
      expect(shape(parts, lines.length)).toEqual(shape(whole, lines.length));
      expect(parts.annotations).toEqual(whole.annotations);
    }),
  );
});

it('the rows are those of a walk over all lines, whatever is closed', () => {
  fc.assert(
    fc.property(log, fc.array(fc.nat(30)), (lines, toggled) => {
      const folds = foldsOf(lines);
      for (const at of toggled) folds.toggle(at);
      const shown: number[] = [];
      for (let number = 1; number <= lines.length; number += 1)
        if (isShown(folds, number)) shown.push(number);
      const { rows } = folds;
      expect(Array.from({ length: rows.rows }, (_, row) => rows.lineAt(row))).toEqual(shown);
    }),
  );
});

/** A line is hidden by any closed fold that it is in, but not as its heading. */
function isShown(folds: LogFolds, line: number): boolean {
  for (let heading = line - 1; heading > 0; heading -= 1) {
    const fold = folds.at(heading);
    if (fold?.closed === true && line <= (fold.end ?? Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

it('a fold that ends while one looks stays open, one that had ended begins closed', () => {
  const lines = ['::group::a', 'x', '::endgroup::'];
  expect([foldsOf(lines).at(1)?.closed, foldsOf(lines, 1).at(1)?.closed]).toEqual([true, false]);
});

it('a line in closed folds is revealed by opening those around it', () => {
  const folds = foldsOf([
    '::group::a',
    '::group::b',
    'x',
    '::endgroup::',
    '::group::c',
    '::endgroup::',
    '::endgroup::',
  ]);
  expect([folds.rows.rows, folds.rows.has(3)]).toEqual([1, false]);
  expect([folds.reveal(3), folds.reveal(3)]).toEqual([true, false]);
  expect([folds.rows.has(3), folds.at(5)?.closed]).toEqual([true, true]);
  expect(folds.around(3)?.line).toBe(2);
});

it('a line that is revealed before the folds are known is not hidden by them', () => {
  const folds = new LogFolds(() => undefined);
  folds.setLines(3);
  folds.reveal(2);
  for (const [at, text] of ['::group::a', 'x', '::endgroup::'].entries())
    folds.addStored(at + 1, markersOf(text));
  folds.storedLoaded();
  expect(folds.rows.has(2)).toBe(true);
});

it('the keys go from heading to heading that has a row', () => {
  const folds = foldsOf([
    '::group::a',
    '::group::b',
    '::endgroup::',
    '::endgroup::',
    '',
    '::group::c',
    '::endgroup::',
  ]);
  expect([
    folds.next(0)?.line,
    folds.next(1)?.line,
    folds.previous(9)?.line,
    folds.previous(6)?.line,
  ]).toEqual([1, 6, 6, 1]);
});

it('one switch turns all of it off and on', () => {
  const folds = foldsOf(['::group::a', 'x', '::endgroup::']);
  folds.enabled = false;
  expect([folds.rows.rows, folds.at(1)]).toEqual([3, undefined]);
  folds.enabled = true;
  expect(folds.rows.rows).toBe(1);
});

it.each([
  ['groups', (): string => '::group::a'],
  ['sections', (at: number): string => `section_start:${at}:s${at}\r\u001b[0Kx`],
])('10,000 nested %s make folds up to a depth, and closing them leaves one row', (_, open) => {
  const lines = Array.from({ length: 10_000 }, (_one, at) => open(at));
  const folds = foldsOf([
    ...lines,
    ...Array.from({ length: 10_000 }, (_one, at) => closing(open(9_999 - at))),
  ]);
  expect([folds.count, folds.at(MAX_DEPTH)?.depth, folds.at(MAX_DEPTH + 1)]).toEqual([
    MAX_DEPTH,
    MAX_DEPTH - 1,
    undefined,
  ]);
  expect(folds.at(1)?.end).toBe(20_000);
  folds.setAllClosed(true);
  expect(folds.rows.rows).toBe(1);
});

function closing(line: string): string {
  return line.startsWith('::') ? '::endgroup::' : line.replace('start', 'end');
}

it('of folds that do not end, 20,000 are remembered', () => {
  const lines = [...Array(50_000).fill('::group::a'), ...Array(20_000).fill('::endgroup::')];
  const folds = foldsOf(lines);
  expect([folds.count, folds.at(1)?.end]).toEqual([MAX_DEPTH, lines.length]);
});
