import { truncate } from 'node:fs/promises';
import type { LogInfo, Writer } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import { ExpressionMatcher } from '../../../src/core/search/expression-matcher';
import type { FoundLine } from '../../../src/core/search/found-line';
import { InvertedMatcher } from '../../../src/core/search/inverted-matcher';
import type { LineMatcher } from '../../../src/core/search/line-matcher';
import { LiteralMatcher } from '../../../src/core/search/literal-matcher';
import { LogSearch } from '../../../src/core/search/log-search';
import { runSearchJob, type SearchJob, type SearchThreads } from '../../../src/core/search/search-job';
import { searchLog } from '../../../src/core/search/search-log';
import type { LogStore } from '../../../src/core/store/store';
import { fileOf } from '../../storage/files/opened-store';
import { makeDirectory, removeDirectory } from '../../storage/files/temporary-directory';
import { openFilesStore } from '../../support/open-stores';
import { infoOf, logOf, NEVER, seal } from '../lines/line-logs';

const MIB = 1024 * 1024;

/** What to look for is rare, in clusters, in long lines, and in the unfinished last one. */
function text(): string {
  const lines: string[] = [];
  for (let i = 0; i < 150_000; i += 1) {
    const isRare = i % 40_001 === 0 || (i > 120_000 && i < 120_400);
    const what = isRare ? `a Needle ${i} in it é status=503` : `nothing ${i % 7919} needles ü status=200`;
    lines.push(i % 97_003 === 5 ? `${'z'.repeat(1_300_000)} Needle ${i}` : what);
  }
  return `${lines.join('\n')}\nthe last Needle is unfinished`;
}

describe('a search of a file that another thread goes through', () => {
  let directory: string;
  let store: LogStore;
  let writer: Writer;
  let info: LogInfo;
  const jobs: SearchJob[] = [];
  const threads: SearchThreads = {
    async run(job) {
      jobs.push(job);
      return runSearchJob(job);
    },
  };
  const matchers: readonly (() => LineMatcher)[] = [
    () => new LiteralMatcher('Needle', false, threads),
    () => new LiteralMatcher('NEEDLE 1', true, threads),
    () => expression('Needle [0-9]+ .*=50[3]$'),
    () => expression('^a N.*é', true),
    () => expression('é|☃'),
    () => new LiteralMatcher('is not there', false, threads),
  ];

  function expression(source: string, ignoreCase = false): LineMatcher {
    return new ExpressionMatcher(threads, { source, ignoreCase, timeoutMs: 1_000_000 });
  }

  async function search(matcher: LineMatcher, files: LogStore['logFiles'], countsOnly = false) {
    const { read, readTimed } = store;
    const reader = { read: read.bind(store), readTimed: readTimed.bind(store), logFiles: files };
    const one = new LogSearch({ matcher, from: START, line: 1, lineBytesMax: 100, countsOnly });
    const log = {
      store: Object.assign(Object.create(store), reader),
      info,
      limitRead: <T>(run: () => T) => run(),
    };
    const found: FoundLine[] = [];
    for await (const batch of searchLog(log, one, START, NEVER)) found.push(...batch);
    const { scannedBytes, cutLines, matches } = one;
    return { found, scannedBytes, cutLines, matches };
  }

  beforeEach(async () => {
    jobs.splice(0);
    directory = await makeDirectory();
    store = await openFilesStore(directory, { warn: () => {} });
    writer = await logOf(store, text());
    await seal(store, writer);
    info = await infoOf(store, writer);
  });

  afterEach(async () => {
    await store.close();
    await removeDirectory(directory);
  });

  it('finds the same lines as one of its pages, and counts the same bytes', async () => {
    for (const matcher of matchers) {
      const expected = await search(matcher(), undefined);
      expect(jobs.some(({ kind }) => kind === 'skip')).toBe(false);
      expect(await search(matcher(), store.logFiles)).toEqual(expected);
      expect(jobs.some(({ kind }) => kind === 'skip')).toBe(true);
      expect(expected.cutLines).toBeGreaterThan(0);
      jobs.splice(0);
    }
  });

  it('counts as many lines as it finds', async () => {
    for (const matcher of matchers)
      for (const make of [matcher, () => new InvertedMatcher(matcher())]) {
        const { found, ...rest } = await search(make(), undefined);
        jobs.splice(0);
        for (const files of [undefined, store.logFiles])
          expect(await search(make(), files, true)).toEqual({ ...rest, found: [], matches: found.length });
        expect(jobs.some(({ kind }) => kind === 'count')).toBe(true);
      }
  });

  it('fails where the file is shorter than its log', async () => {
    await truncate(fileOf(directory, writer), 7 * MIB);
    const found = search(new LiteralMatcher('is not there', false, threads), store.logFiles);
    await expect(found).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });
});
