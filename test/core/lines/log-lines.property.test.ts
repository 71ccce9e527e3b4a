import fc from 'fast-check';
import { lastLines } from '../../../src/core/lines/last-lines';
import { LogLines } from '../../../src/core/lines/log-lines';
import type { LogInfo, Writer } from '../../../src/core/log/log';
import { createLog } from '../stores';
import { CutStore } from './cut-store';
import { appendTo, at, infoOf, NEVER, seal } from './line-logs';
import { anyAppends, NaiveLines, type TimedAppend } from './naive-lines';

const BEGAN_AT = 1_800_000_000_000;

/** What is asked of the lines, in parts of what there is. */
const anyQuestion = fc.record({
  place: fc.double({ min: 0, max: 1.1, noNaN: true }),
  step: fc.constantFrom(1, 3, 999, 1_000, 1_500, 2_000),
});

const anyLog = fc.record({
  appends: anyAppends,
  pageBytesMax: fc.constantFrom(1_000_000, 1_000, 65_536, 65_537),
  questions: fc.array(anyQuestion, { minLength: 1, maxLength: 4 }),
  cacheBytes: fc.constantFrom(1 << 20, 600),
});

type Question = typeof anyQuestion extends fc.Arbitrary<infer T> ? T : never;

function ask(lines: LogLines, info: LogInfo, naive: NaiveLines) {
  return async ({ place, step }: Question): Promise<void> => {
    const begins = naive.lines;
    const line = 1 + Math.floor(place * begins.length);
    expect(await lines.offsetOfLine(info, line, NEVER)).toBe(begins[line - 1]);
    const offset = Math.min(naive.tail, Math.floor(place * naive.tail));
    expect(await lines.lineAt(info, at(offset), NEVER)).toBe(naive.lineAt(offset));
    const marks = begins
      .map((offset, i) => ({ line: i + 1, offset }))
      .filter((mark) => mark.line >= line && (mark.line - line) % step === 0)
      .map((mark) => ({ ...mark, at: naive.timeOf(mark.offset) }));
    // As text: there may be thousands.
    expect(JSON.stringify(await lines.marks(info, step, line, NEVER))).toBe(JSON.stringify(marks));
  };
}

describe('the lines of any log', () => {
  let now = BEGAN_AT;
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  async function append(store: CutStore, writer: Writer, { bytes, afterMs }: TimedAppend): Promise<void> {
    now += afterMs;
    await appendTo(store, writer, bytes);
  }

  it('are those that a loop finds, while it grows, after its end, and in another process', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, async ({ appends, pageBytesMax, questions, cacheBytes }) => {
        now = BEGAN_AT;
        const store = new CutStore(pageBytesMax);
        const writer = await createLog(store);
        const lines = new LogLines(store, { cacheBytes });
        let info = await infoOf(store, writer);
        const check = async (of: LogLines, count: number): Promise<void> => {
          const naive = new NaiveLines(appends.slice(0, count), BEGAN_AT);
          expect(await of.count(info, NEVER)).toEqual({
            lines: naive.lines.length,
            upTo: naive.tail,
            endsInNewline: naive.tail > 0 && naive.begins.at(-1) === naive.tail,
          });
          await Promise.all(questions.map(ask(of, info, naive)));
          const last = Math.floor((questions[0]?.place ?? 0) * naive.lines.length);
          const expected = last === 0 ? naive.tail : (naive.lines.at(-last) ?? 0);
          expect(await lastLines(store, info, last, NEVER)).toBe(expected);
        };
        const half = appends.length >> 1;
        for (const one of appends.slice(0, half)) await append(store, writer, one);
        info = await infoOf(store, writer);
        // Bytes that come after the facts were read do not count.
        for (const one of appends.slice(half)) await append(store, writer, one);
        await check(lines, half);
        info = await infoOf(store, writer);
        await check(lines, appends.length);
        await seal(store, writer);
        info = await infoOf(store, writer);
        await check(lines, appends.length);
        await check(new LogLines(store, { cacheBytes }), appends.length);
      }),
      { numRuns: 30 },
    );
  });
});
