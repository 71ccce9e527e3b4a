import { LogSearch, type SearchQuery } from '../../../web/search/log-search';
import { SearchPart } from '../../../web/search/search-part';
import { LoomProcess } from '../../support/loom-process';
import { sendTo } from '../send-to';

let loom: LoomProcess;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});

afterAll(() => loom.stop());

const QUERY: SearchQuery = { text: 'hit', matchCase: true, isRegex: false };

async function write(id: string, text: string): Promise<void> {
  await (await fetch(`${loom.url}/stream/${id}`, { method: 'PUT', body: text })).text();
}

/** @param size how many lines and bytes a page knows of */
function searchIn(id: string, size: { lines: number; bytes: number }): LogSearch {
  const known = { lines: () => size.lines, bytes: () => size.bytes };
  return new LogSearch({ send: sendTo(loom.url), id, ...known, onChanged: () => undefined });
}

async function settled(search: LogSearch): Promise<void> {
  while (search.isSearching) await new Promise((resolve) => setImmediate(resolve));
}

describe('a search from the middle of a log', () => {
  /** Every line of `from` to `to` is a hit, the others are none. */
  const lines = (count: number, from: number, to: number): string =>
    Array.from({ length: count }, (_, at) => (at + 1 >= from && at + 1 <= to ? 'hit\n' : 'miss\n')).join('');

  it('finds what is behind the reader first, then the rest, and numbers them all', async () => {
    await write('middle', lines(100, 40, 60));
    const search = searchIn('middle', { lines: 100, bytes: 480 });
    search.search(QUERY, 50);
    expect(search.found.ordinalOf(50)).toBe(0);
    await settled(search);
    const { found } = search;
    expect([found.count, found.isDone, found.ordinalOf(40), found.ordinalOf(50)]).toEqual([21, true, 1, 11]);
    expect([found.step(50, 1), found.step(50, -1), found.step(60, 1), found.step(40, -1)]).toEqual([
      51, 49, 40, 60,
    ]);
  });

  it('of more matches than it takes at once, those at the reader are there, and says what it does not know', async () => {
    await write('many', lines(60_000, 1, 60_000));
    const search = searchIn('many', { lines: 60_000, bytes: 240_000 });
    search.search(QUERY, 30_000);
    await settled(search);
    const { found } = search;
    expect([found.count, search.hasMore, found.ordinalOf(30_000)]).toEqual([20_000, true, 0]);
    expect([found.step(30_000, 1), found.step(9_999, 1), found.step(2, -1)]).toEqual([30_001, 10_000, 1]);
    expect(found.step(10_000, 1)).toBe(found.before);
    expect(found.step(30_000, -1)).toBe(found.before);
    expect(found.step(1, -1)).toBe(found.ahead);
    await search.more(found.before, 1_000_000);
    expect([found.step(30_000, -1), found.ordinalOf(30_000)]).toEqual([29_999, 30_000]);
    await search.more(found.ahead, 1_000_000);
    expect([found.step(1, -1), found.count, search.hasMore]).toEqual([60_000, 60_000, false]);
  });

  it('without a match in either part there is none', async () => {
    await write('none', lines(10, 0, 0));
    const search = searchIn('none', { lines: 10, bytes: 50 });
    search.search(QUERY, 5);
    await settled(search);
    expect([search.found.step(5, 1), search.found.step(5, -1), search.hasMore]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });
});

it('a part knows its nearest match as far as it was searched', () => {
  const part = new SearchPart(10, 100);
  part.found.add(20, () => []);
  part.next = 50;
  expect([part.nearest(10, 1), part.nearest(20, 1), part.nearest(50, -1), part.nearest(60, -1)]).toEqual([
    20,
    undefined,
    20,
    undefined,
  ]);
});

it('a last line that goes on is searched again, also if it has arrived during the search', async () => {
  const size = { lines: 3, bytes: 15 };
  await write('grown', 'hit\nmiss\nhal');
  const search = searchIn('grown', size);
  search.search(QUERY);
  await settled(search);
  expect(search.found.count).toBe(1);
  search.grown();
  expect(search.isSearching).toBe(false);
  await fetch(`${loom.url}/stream/grown?force=true`, { method: 'PUT', body: 'hit\nmiss\nhalf a hit' });
  search.search(QUERY);
  size.bytes = 19;
  await settled(search);
  search.grown();
  await settled(search);
  expect([search.found.count, search.found.ahead.found.previous(4)]).toEqual([2, 3]);
});

it('lines that were searched in their begin only are reported', async () => {
  const long = `${'x'.repeat(2 * 1024 * 1024)} hit`;
  await write('long', `hit\n${long}\nhit\n`);
  const search = searchIn('long', { lines: 3, bytes: long.length + 9 });
  search.search(QUERY);
  await settled(search);
  expect([search.found.count, search.hasCutLines]).toEqual([2, true]);
  search.search({ ...QUERY, text: '' });
  expect(search.hasCutLines).toBe(false);
});
