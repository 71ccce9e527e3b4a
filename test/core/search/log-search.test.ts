import fc from 'fast-check';
import { advance, START } from '../../../src/core/log/offset';
import { escapeExpression } from '../../../src/core/search/expression-matcher';
import type { FoundLine } from '../../../src/core/search/found-line';
import { InvertedMatcher } from '../../../src/core/search/inverted-matcher';
import { LINE_BYTES_SEARCHED } from '../../../src/core/search/line-blocks';
import type { LineMatcher } from '../../../src/core/search/line-matcher';
import { LiteralMatcher } from '../../../src/core/search/literal-matcher';
import { LogSearch } from '../../../src/core/search/log-search';
import { NEVER } from '../lines/line-logs';
import { directMatcher } from './direct-matcher';
import { type NaiveMatch, naiveSearch, type Wanted } from './naive-search';

const PLAIN: Wanted = {
  text: 'x',
  isRegex: false,
  ignoreCase: false,
  isInverted: false,
  context: 0,
  line: 1,
  lineBytesMax: 65_536,
};

const TEXTS = ['a', 'ab', 'ä', '€', '😀', 'A', ' ', '\t', '\r', '.', '"', 'K', 's', '0'];

/** Few different characters, so that matches are frequent, and bytes that are not UTF-8. */
const logs = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...TEXTS).map((text) => Buffer.from(text)) },
      { weight: 2, arbitrary: fc.constantFrom('\n', '\r\n').map((text) => Buffer.from(text)) },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ minLength: 1, maxLength: 3 }).map((part) => Buffer.from(part)),
      },
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.concat(parts));
const cuts = fc.array(fc.nat(200), { maxLength: 8 });
const literals = fc
  .array(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
const expressions = fc.constantFrom(
  ...[
    'a',
    'b$',
    '^a',
    '^$',
    '^',
    '$',
    'a+',
    '[^a]+',
    '[^"]*"',
    '\\s',
    '\\s+$',
    '\\W',
    'a|b',
    '(a)\\1',
    '.',
    '.*',
  ],
  ...[
    'a(?=b)',
    '(?<!a)b',
    '(?<=\\n)a',
    '\\n',
    '\\p{L}',
    '\\P{L}+',
    '[\\s\\S]',
    '[[a-z]--b]',
    '\\u{1F600}',
    '\\d',
  ],
  ...[
    '(?<n>a).*\\k<n>',
    '(?:a|\\s)*b',
    '\\bab\\b',
    '\\B',
    'a{2}',
    '[\\[\\]]',
    '\\/',
    'a?',
    '[^\\r]$',
    '\\x0a*a',
  ],
);

describe('a search through a log', () => {
  it('finds a literal as a naive search does, wherever pages end', async () => {
    await fc.assert(
      fc.asyncProperty(logs, cuts, literals, wanteds(), async (bytes, where, text, options) => {
        const wanted = { ...options, text, ignoreCase: false };
        expect(await found(new LiteralMatcher(text, false), bytes, where, wanted)).toEqual(
          naiveSearch(bytes, wanted),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('finds an ASCII literal in any case', async () => {
    const ascii = fc.constantFrom('a', 'AB', 'ab', 's', 'k', 'K.', 'a"');
    await fc.assert(
      fc.asyncProperty(logs, cuts, ascii, wanteds(), async (bytes, where, text, options) => {
        const matcher = new LiteralMatcher(text, true);
        const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
        const either = [...lower]
          .map((one, i) => `[${escapeClass(one)}${escapeClass(upper[i] ?? '')}]`)
          .join('');
        const found_ = await found(matcher, bytes, where, options);
        // A CR before LF may be part of a literal.
        const naive = naiveSearch(bytes, { ...options, text: either, isRegex: true });
        expect(found_).toEqual(naive);
      }),
      { numRuns: 300 },
    );
  });

  it('finds what a regular expression matches in each line by itself', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs,
        cuts,
        expressions,
        fc.boolean(),
        wanteds(),
        async (bytes, where, text, ignoreCase, options) => {
          const wanted = { ...options, text, ignoreCase, isRegex: true };
          const matcher = directMatcher(text, ignoreCase);
          expect(await found(matcher, bytes, where, wanted)).toEqual(naiveSearch(bytes, wanted));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('finds other literals in any case by an expression', async () => {
    await fc.assert(
      fc.asyncProperty(logs, cuts, literals, wanteds(), async (bytes, where, text, options) => {
        const wanted = { ...options, text: escapeExpression(text), ignoreCase: true, isRegex: true };
        const matcher = directMatcher(escapeExpression(text), true);
        expect(await found(matcher, bytes, where, wanted)).toEqual(naiveSearch(bytes, wanted));
      }),
      { numRuns: 300 },
    );
  });

  it('goes on at the line after the last one that was found', async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.integer({ min: 1, max: 3 }), async (bytes, limit) => {
        const all = naiveSearch(bytes, { ...PLAIN, text: 'a', context: 2 });
        const parts: NaiveMatch[] = [];
        for (let line = 1; ; ) {
          const wanted = { ...PLAIN, text: 'a', context: 2, line };
          const part = (await found(new LiteralMatcher('a', false), bytes, [], wanted)).slice(0, limit);
          parts.push(...part);
          const last = part.at(-1);
          if (last === undefined || part.length < limit) break;
          line = last.line + 1;
        }
        expect(parts).toEqual(all);
      }),
      { numRuns: 200 },
    );
  });

  it('searches a line in its first MiB, and counts the longer ones', async () => {
    const long = Buffer.alloc(LINE_BYTES_SEARCHED + 100, 'a');
    long.write('early', 10);
    long.write('late', LINE_BYTES_SEARCHED + 10);
    const bytes = Buffer.concat([long, Buffer.from('\nlate\n')]);
    const search = searchOf(new LiteralMatcher('late', false), PLAIN);
    const lines = await run(search, bytes, [1, 100_000, LINE_BYTES_SEARCHED]);
    expect(lines.map(({ line, offset }) => [line, offset])).toEqual([[2, long.length + 1]]);
    expect(search.cutLines).toBe(1);
    const early = await run(searchOf(new LiteralMatcher('early', false), PLAIN), bytes, [5_000]);
    expect(early).toMatchObject([{ line: 1, isCut: true, places: [[10, 15]] }]);
    expect(early[0]?.text).toHaveLength(65_536);
  });

  it('gives a line the time of its first byte', async () => {
    const search = searchOf(new LiteralMatcher('x', false), PLAIN);
    const times = [10, 20, 30].map((end) => ({ end: advance(START, end), at: end }));
    const lines = [];
    for (const [from, to] of [
      [0, 15],
      [15, 30],
    ] as const) {
      const chunks = [Buffer.from('x234\nx789x\nx1234567x90x\nx5678\n').subarray(from, to)];
      for await (const batch of search.push({ chunks, next: advance(START, to), times }, NEVER))
        lines.push(...batch);
    }
    expect(lines.map(({ offset, at }) => [offset, at])).toEqual([
      [0, 10],
      [5, 10],
      [11, 20],
      [24, 30],
    ]);
  });
});

function wanteds(): fc.Arbitrary<Wanted> {
  return fc.record({
    text: fc.constant('x'),
    isRegex: fc.constant(false),
    ignoreCase: fc.constant(false),
    isInverted: fc.boolean(),
    context: fc.integer({ min: 0, max: 3 }),
    line: fc.integer({ min: 1, max: 4 }),
    lineBytesMax: fc.constantFrom(4, 65_536),
  });
}

function searchOf(matcher: LineMatcher, { isInverted, line, context, lineBytesMax }: Wanted): LogSearch {
  return new LogSearch({
    matcher: isInverted ? new InvertedMatcher(matcher) : matcher,
    from: START,
    line: 1,
    firstLine: line,
    context,
    lineBytesMax,
  });
}

async function found(
  matcher: LineMatcher,
  bytes: Buffer,
  where: readonly number[],
  wanted: Wanted,
): Promise<NaiveMatch[]> {
  const lines = await run(searchOf(matcher, wanted), bytes, where);
  return lines.map(({ line, offset, text, places, before, after }) => ({
    line,
    offset,
    text,
    places,
    before,
    after,
  }));
}

/** Pushes the bytes in pages that end at these places. */
async function run(search: LogSearch, bytes: Buffer, where: readonly number[]): Promise<FoundLine[]> {
  const lines: FoundLine[] = [];
  const ends = [...where.map((one) => Math.min(one, bytes.length)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    const page = { chunks: [bytes.subarray(from, end)], next: advance(START, end) };
    for await (const batch of search.push(page, NEVER)) lines.push(...batch);
    from = end;
  }
  for await (const batch of search.end(NEVER)) lines.push(...batch);
  return lines;
}

function escapeClass(character: string): string {
  return /[\^\-[\]\\()/{}|.]/.test(character) ? `\\${character}` : character;
}
