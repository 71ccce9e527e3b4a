import { LogLines } from '../../src/core/lines/log-lines';
import type { LineMatcher } from '../../src/core/search/line-matcher';
import { SearchTooCostly } from '../../src/core/search/search-errors';
import type { LogStore } from '../../src/core/store/store';
import { Digests } from '../../src/digest/digests';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { infoOf, logOf, NEVER, seal } from '../core/lines/line-logs';
import { directMatcher } from '../core/search/direct-matcher';

const MIB = 1024 * 1024;

/** A matcher whose time is over after the first block with bytes, until it is renewed. */
function costly(matcher: LineMatcher): LineMatcher {
  let left = 1;
  return {
    ...matcher,
    async *hits(block, signal) {
      left -= 1;
      if (left < 0) throw new SearchTooCostly('the expression takes too much time');
      yield* matcher.hits(block, signal);
    },
    renew() {
      left = Number.POSITIVE_INFINITY;
    },
  };
}

function digestsOver(
  store: LogStore,
  cacheBytes = MIB,
  wrap = (matcher: LineMatcher): LineMatcher => matcher,
) {
  const searches = {
    matcherOf: async ({ text }: { text: string }) => wrap(directMatcher(text)),
    limitRead: <T>(read: () => Promise<T>) => read(),
  };
  const lines = new LogLines(store, { cacheBytes: MIB });
  return new Digests({ store, lines, searches, patterns: ['error'], cacheBytes });
}

describe('the digests of a store', () => {
  it('that of a closed log is kept, and that of an open one is made anew', async () => {
    const store = new MemoryStore();
    const digests = digestsOver(store);
    const writer = await logOf(store, 'fine\nerror\n');
    const open = await infoOf(store, writer);
    expect((await digests.read(open, 9_000, NEVER)).errorCount).toBe(1);
    expect(digests.known(open)).toBeUndefined();
    await seal(store, writer);
    const closed = await infoOf(store, writer);
    const digest = await digests.read(closed, 9_000, NEVER);
    expect(digests.known(closed)).toBe(digest);
  });

  it('that of a log that has lost bytes since is not taken for it', async () => {
    const store = new MemoryStore();
    const digests = digestsOver(store);
    const writer = await logOf(store, 'error\n');
    await seal(store, writer);
    const info = await infoOf(store, writer);
    await digests.read(info, 9_000, NEVER);
    const losses = [{ number: 1, from: info.tail, to: info.tail, at: 0 }];
    expect(digests.known({ ...info, losses })).toBeUndefined();
  });

  it('the oldest go where there is no room for more', async () => {
    const store = new MemoryStore();
    const digests = digestsOver(store, 6_000);
    const infos = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const writer = await logOf(store, `${name.repeat(900)}\n`);
      await seal(store, writer);
      const info = await infoOf(store, writer);
      await digests.read(info, 9_000, NEVER);
      infos.push(info);
    }
    const known = infos.map((info) => digests.known(info) !== undefined);
    expect([known[0], known[3]]).toEqual([false, true]);
  });

  it('a log whose expressions run out of time has the errors of its end, and says that it is partial', async () => {
    const store = new MemoryStore();
    const filler = `${'x'.repeat(1_023)}\n`.repeat(1_024);
    const writer = await logOf(store, 'error 1\n', ...Array.from({ length: 20 }, () => filler), 'error 2\n');
    await seal(store, writer);
    const digests = digestsOver(store, MIB, costly);
    const info = await infoOf(store, writer);
    const digest = await digests.read(info, 9_000, NEVER);
    expect(digest.isPartial).toBe(true);
    // Another time may have more of it.
    expect(digests.known(info)).toBeUndefined();
    expect(digest.lines).toBe(20 * 1_024 + 2);
    expect(digest.firstErrors.map(({ line, text }) => [line, text])).toEqual([
      [1, 'error 1'],
      [20 * 1_024 + 2, 'error 2'],
    ]);
    expect(digest.lastLines).toHaveLength(30);
    expect(digest.lastLines.at(-1)).toMatchObject({ line: 20 * 1_024 + 2, text: 'error 2', isCut: false });
  });

  it('a reader that leaves ends the reading', async () => {
    const store = new MemoryStore();
    const writer = await logOf(store, 'error\n');
    const leaving = AbortSignal.abort(new Error('left'));
    await expect(digestsOver(store).read(await infoOf(store, writer), 9_000, leaving)).rejects.toThrow(
      'left',
    );
  });
});
