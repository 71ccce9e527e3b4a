import { search } from '../../e2e/search-answers';
import { request } from '../../support/http';
import { withCountedTurns } from '../counted-turns';

/** What needs no turn of its own, and a batch that has one, as JSON. */
const BYTES_PER_TURN = 192 * 1024;

describe('the matches of a large stream', () => {
  const { url, mostWritten, pieces } = withCountedTurns();
  const made = async (line: string, lines: number): Promise<void> => {
    await request(url('/stream/large?force=true'), { method: 'POST', body: line.repeat(lines) });
  };

  it.each(['q=line', 'q=absent&invert'])('are sent many at once: %s', async (query) => {
    await made('a line\n', 10_000);
    const { matches, last } = await search(url(`/stream/large/matches?${query}&limit=10000`));
    expect(matches.map(({ line }) => line)).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
    expect(last).toMatchObject({ matches: 10_000, truncated: true, next: 10_001 });
    expect(pieces()).toBeLessThan(10_000 / 50);
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN);
  });

  it.each([
    ['lines of 8 KiB', `${'x'.repeat(8_191)}\n`, 200, 'q=xxx'],
    ['lines with a thousand places', `${'ab'.repeat(1_000)}\n`, 500, 'q=ab'],
    ['lines around each', `${'x'.repeat(99)}\n`, 2_000, 'q=x&context=20'],
  ])('are sent in bounded pieces: %s', async (_of, line, lines, query) => {
    await made(line, lines);
    const { matches } = await search(url(`/stream/large/matches?${query}&limit=10000`));
    expect(matches).toHaveLength(lines);
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN);
  });
});
