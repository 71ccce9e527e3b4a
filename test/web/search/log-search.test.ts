import { LogSearch, type SearchQuery } from '../../../web/search/log-search';
import { countWords } from '../../../web/search/search-words';
import { LoomProcess } from '../../support/loom-process';
import { sendTo } from '../send-to';

let loom: LoomProcess;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:', env: { LOOM_SEARCH_CONCURRENCY: '1' } });
});

afterAll(() => loom.stop());

async function searchIn(id: string, lines: readonly string[]): Promise<LogSearch> {
  await (
    await fetch(`${loom.url}/stream/${id}?force=true`, { method: 'PUT', body: lines.join('\n') })
  ).text();
  const bytes = (): number => lines.join('\n').length;
  return new LogSearch({
    send: sendTo(loom.url),
    id,
    lines: () => lines.length,
    bytes,
    onChanged: () => undefined,
  });
}

async function run(search: LogSearch, query: Partial<SearchQuery> & { text: string }): Promise<void> {
  search.search({ matchCase: false, isRegex: false, ...query });
  while (search.isSearching) await new Promise((resolve) => setImmediate(resolve));
}

function linesOf(search: LogSearch): number[] {
  const { found } = search.found.ahead;
  const lines: number[] = [];
  for (let line = found.next(0); line !== undefined; line = found.next(line)) lines.push(line);
  return lines;
}

it('the lines are found, with their places, and one leads to the next and the one before', async () => {
  const search = await searchIn('some', ['an error', 'fine', 'Error: error', 'fine', 'errors']);
  await run(search, { text: 'error' });
  expect(linesOf(search)).toEqual([1, 3, 5]);
  expect(search.found.columnsOf(3)).toEqual([
    [0, 5],
    [7, 12],
  ]);
  expect([0, 1, 3, 4, 5].map((line) => search.found.ahead.found.next(line))).toEqual([1, 3, 5, 5, undefined]);
  expect([1, 2, 5, 9].map((line) => search.found.ahead.found.previous(line))).toEqual([undefined, 1, 3, 5]);
  expect([1, 2, 3].map((line) => search.found.ordinalOf(line))).toEqual([1, 0, 2]);
  expect([search.hasMore, search.failure]).toEqual([false, undefined]);
});

it('case and expressions are as they are asked for', async () => {
  const search = await searchIn('kinds', ['Error 1', 'error 22', 'error x']);
  await run(search, { text: 'error', matchCase: true });
  expect(linesOf(search)).toEqual([2, 3]);
  await run(search, { text: String.raw`error \d+$`, isRegex: true });
  expect(linesOf(search)).toEqual([1, 2]);
});

it('places are those of what is visible', async () => {
  const search = await searchIn('styled', [
    '\u001b[31man \u001b[1merror\u001b[0m',
    '1% err\r50% err',
    '\u001b[31mred',
  ]);
  await run(search, { text: 'err' });
  expect(search.found.columnsOf(1)).toEqual([[3, 6]]);
  expect(search.found.columnsOf(2)).toEqual([[4, 7]]);
  await run(search, { text: '31' });
  expect(search.found.columnsOf(3)).toEqual([]);
});

it('more matches than an answer has are found by several', async () => {
  const search = await searchIn(
    'many',
    Array.from({ length: 25_000 }, (_, at) => `match ${at}`),
  );
  await run(search, { text: 'match' });
  expect([search.found.count, search.hasMore]).toEqual([10_000, true]);
  await search.more();
  await search.more();
  expect([search.found.count, search.found.ahead.found.last, search.hasMore]).toEqual([
    25_000,
    25_000,
    false,
  ]);
});

it('only what was found has rows in the filter, with the lines around it', async () => {
  const search = await searchIn(
    'filter',
    Array.from({ length: 100 }, (_, at) => (at % 50 === 9 ? 'hit' : 'miss')),
  );
  await run(search, { text: 'hit' });
  const rows = search.rows(2);
  expect(rows.rows).toBe(10);
  expect(Array.from({ length: 10 }, (_, row) => rows.lineAt(row))).toEqual([
    8, 9, 10, 11, 12, 58, 59, 60, 61, 62,
  ]);
});

it('an expression that does not compile is a sentence', async () => {
  const search = await searchIn('wrong', ['x']);
  await run(search, { text: '(', isRegex: true });
  expect(search.failure).toContain('(');
  expect(search.found.count).toBe(0);
});

it('a newer search ends the one before', async () => {
  const search = await searchIn(
    'newer',
    Array.from({ length: 20_000 }, (_, at) => `a ${at}`),
  );
  search.search({ text: 'a', matchCase: true, isRegex: false });
  await run(search, { text: 'a 19999', matchCase: true });
  expect(linesOf(search)).toEqual([20_000]);
  await run(search, { text: '' });
  expect([search.query, search.found.count]).toEqual([undefined, 0]);
});

it('the count is in words', () => {
  expect([
    countWords(0, 0, false),
    countWords(0, 1, false),
    countWords(3, 17, false),
    countWords(0, 10_000, true),
  ]).toEqual(['no match', '1 match', '3 of 17', '10,000+ matches']);
});
