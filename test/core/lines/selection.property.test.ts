import fc from 'fast-check';
import { LogLines } from '../../../src/core/lines/log-lines';
import { type Bounds, type Selection, type Start, select } from '../../../src/core/lines/selection';
import { marksWithin } from '../../../src/core/log/time-mark';
import { createLog } from '../stores';
import { CutStore } from './cut-store';
import { appendTo, at, infoOf, NEVER } from './line-logs';
import { NaiveLines, type TimedAppend } from './naive-lines';

const BEGAN_AT = 1_800_000_000_000;

const anyTime = fc.integer({ min: -1, max: 12 }).map((ms) => BEGAN_AT + ms);

const anyStart: fc.Arbitrary<Start | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: -40, max: 60 }).map((offset) => ({ kind: 'offset' as const, offset })),
  fc.integer({ min: 1, max: 14 }).map((line) => ({ kind: 'line' as const, line })),
  fc.nat(6).map((lines) => ({ kind: 'tail' as const, lines })),
  anyTime.map((at) => ({ kind: 'since' as const, at })),
);

const anyBounds: fc.Arbitrary<Bounds> = fc
  .record({ until: anyTime, length: fc.nat(40), lines: fc.nat(8) }, { requiredKeys: [] })
  .map(({ lines, ...rest }) =>
    rest.length !== undefined || lines === undefined ? rest : { ...rest, lines },
  );

const anyAppends: fc.Arbitrary<readonly TimedAppend[]> = fc.array(
  fc.record({
    bytes: fc
      .array(fc.constantFrom(0x0a, 0x61, 0x62, 0x63), { minLength: 1, maxLength: 9 })
      .map((bytes) => Buffer.from(bytes)),
    afterMs: fc.integer({ min: 0, max: 2 }),
  }),
  { maxLength: 9 },
);

const anyCase = fc.record({
  appends: anyAppends,
  storedCount: fc.nat(9),
  joinedCount: fc.integer({ min: 1, max: 3 }),
  start: anyStart,
  bounds: anyBounds,
  pageBytes: fc.integer({ min: 1, max: 20 }),
});

/** Where the selection of all bytes that ever come begins and ends. */
function naiveSelection(
  all: NaiveLines,
  stored: NaiveLines,
  start: Start | undefined,
  { until, length, lines }: Bounds,
  now: number,
): readonly [number, number] {
  const lineOfTime = (time: number): number =>
    all.lines.find((begin) => (all.timeOf(begin) ?? 0) >= time) ?? all.tail;
  const begin = ((): number => {
    switch (start?.kind) {
      case undefined:
        return 0;
      case 'offset':
        return start.offset < 0 ? Math.max(0, stored.tail + start.offset) : start.offset;
      case 'line':
        return all.begins[start.line - 1] ?? all.tail;
      case 'tail':
        return start.lines === 0 ? stored.tail : (stored.lines.at(-start.lines) ?? 0);
      case 'since':
        return lineOfTime(start.at);
    }
  })();
  const newlines = all.begins.filter((line) => line > begin);
  const ends = [all.tail];
  if (length !== undefined) ends.push(begin + length);
  if (lines !== undefined) ends.push(lines === 0 ? begin : (newlines[lines - 1] ?? all.tail));
  if (until !== undefined) ends.push(lineOfTime(until + 1));
  // The time has passed: nothing is waited for.
  if (until !== undefined && until < now) ends.push(stored.tail);
  return [begin, Math.max(begin, Math.min(...ends))];
}

/** What a reader gets who reads what is stored and gets the rest live. */
function liveBytes(
  { live, from, to, isComplete }: Selection,
  all: NaiveLines,
  ends: readonly number[],
): Buffer {
  const parts = [all.bytes.subarray(from, to)];
  if (isComplete) return parts[0] ?? Buffer.alloc(0);
  let at0 = ends[0] ?? 0;
  for (const end of ends.slice(1)) {
    const middle = (at0 + end) >> 1;
    const chunks = [all.bytes.subarray(at0, middle), all.bytes.subarray(middle, end)];
    const taken = live.take(chunks, at(end), marksWithin(all.times, at(at0), at(end)));
    expectPlace(taken.from, taken.chunks, all);
    parts.push(...taken.chunks);
    if (taken.isOver) break;
    at0 = end;
  }
  return Buffer.concat(parts);
}

/** Where the news end that have `joinedCount` appends each. */
function endsOfNews(all: NaiveLines, storedTail: number, joinedCount: number): number[] {
  const ends: number[] = all.times.map(({ end }) => end).filter((end) => end > storedTail);
  return ends.filter((end, i) => (i + 1) % joinedCount === 0 || end === ends.at(-1));
}

/** What a reader gets who reads pages only. */
function pagedBytes({ live, from }: Selection, all: NaiveLines, pageBytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let begin: number = from; begin < all.tail; begin += pageBytes) {
    const end = at(Math.min(all.tail, begin + pageBytes));
    const times = marksWithin(all.times, at(begin), end);
    const taken = live.takePage({ chunks: [all.bytes.subarray(begin, end)], next: end, times });
    expectPlace(taken.from, taken.chunks, all);
    parts.push(...taken.chunks);
    if (taken.isOver) break;
  }
  return Buffer.concat(parts);
}

function expectPlace(from: number, chunks: readonly Buffer[], all: NaiveLines): void {
  const bytes = Buffer.concat(chunks);
  expect(all.bytes.subarray(from, from + bytes.length)).toEqual(bytes);
}

describe('any selection of an open log', () => {
  let now = BEGAN_AT;
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('has the bytes that a loop selects, stored ones and those still to come', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ appends, storedCount, joinedCount, start, bounds, pageBytes }) => {
        now = BEGAN_AT;
        const store = new CutStore(pageBytes);
        const writer = await createLog(store);
        for (const { bytes, afterMs } of appends.slice(0, storedCount)) {
          now += afterMs;
          await appendTo(store, writer, bytes);
        }
        const all = new NaiveLines(appends, BEGAN_AT);
        const stored = new NaiveLines(appends.slice(0, storedCount), BEGAN_AT);
        const lines = new LogLines(store, { cacheBytes: 1 << 20 });
        const info = await infoOf(store, writer);
        const find = (): Promise<Selection> => select(store, lines, info, start, bounds, NEVER);
        const [begin, end] = naiveSelection(all, stored, start, bounds, now);
        const expected = all.bytes.subarray(begin, end).toString();

        const selection = await find();
        const ends = [stored.tail, ...endsOfNews(all, stored.tail, joinedCount)];
        expect(liveBytes(selection, all, ends).toString()).toBe(expected);
        expect(pagedBytes(await find(), all, pageBytes).toString()).toBe(expected);
        if (expected === '') return;
        expect([begin, undefined]).toContain(selection.first);
        if (selection.line !== undefined) expect(selection.line).toBe(all.lineAt(begin));
        if (begin >= stored.tail)
          expect(all.lineAt(stored.tail) + selection.live.skippedLines).toBe(all.lineAt(begin));
      }),
      { numRuns: 500 },
    );
  });
});
