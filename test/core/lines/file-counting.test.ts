import { truncate } from 'node:fs/promises';
import { countSlices, type LineCountJob } from '../../../src/core/lines/counted-slices';
import { LogLines } from '../../../src/core/lines/log-lines';
import type { Writer } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import { fileOf } from '../../storage/files/opened-store';
import { makeDirectory, removeDirectory } from '../../storage/files/temporary-directory';
import { openFilesStore } from '../../support/open-stores';
import { appendTo, infoOf, logOf, NEVER, seal } from './line-logs';

const MIB = 1024 * 1024;
const CACHE = { cacheBytes: 32 * MIB };

/** Lines of all lengths, from none to longer than what is scanned at once, in appends that end within lines. */
function pieces(bytes: number): readonly string[] {
  const lines: string[] = [];
  let length = 0;
  for (let i = 0; length < bytes; i += 1) {
    lines.push(`${'y'.repeat(i % 997 === 0 ? 300_000 : (i * i) % 41)}\n`);
    length += lines.at(-1)?.length ?? 0;
  }
  const text = `${lines.join('')}unfinished`;
  return [text.slice(0, 70_001), text.slice(70_001, 3 * MIB + 7), text.slice(3 * MIB + 7)];
}

describe('the lines of a file that another thread counts', () => {
  let directory: string;
  let store: LogStore;
  const jobs: LineCountJob[] = [];
  const counter = async (job: LineCountJob) => {
    jobs.push(job);
    return countSlices(job);
  };

  beforeEach(async () => {
    jobs.splice(0);
    directory = await makeDirectory();
    store = await openFilesStore(directory, { warn: () => {} });
  });

  afterEach(async () => {
    await store.close();
    await removeDirectory(directory);
  });

  it('are where a reader of pages finds them, with the same times', async () => {
    const writer = await logOf(store, ...pieces(20 * MIB));
    const info = await infoOf(store, writer);
    const [counted, read] = [new LogLines(store, { ...CACHE, counter }), new LogLines(store, CACHE)];
    expect(await counted.count(info, NEVER)).toEqual(await read.count(info, NEVER));
    for (const [step, from] of [
      [1_000, 1],
      [777, 20],
    ] as const)
      expect(await counted.marks(info, step, from, NEVER)).toEqual(await read.marks(info, step, from, NEVER));
    expect(jobs.at(-1)?.until).toBe(info.tail);
  });

  it('are counted on from any place when the log has grown', async () => {
    const [first = '', ...rest] = pieces(12 * MIB);
    const writer = await logOf(store, first);
    const counted = new LogLines(store, { ...CACHE, counter });
    await counted.count(await infoOf(store, writer), NEVER);
    expect(jobs).toEqual([]);
    for (const text of rest) await appendTo(store, writer, text);
    await seal(store, writer);
    const info = await infoOf(store, writer);
    // The first mark was counted before its time was final.
    const placesIn = async (lines: LogLines) =>
      (await lines.marks(info, 1_000, 1, NEVER)).map(({ line, offset }) => [line, offset]);
    expect(await placesIn(counted)).toEqual(await placesIn(new LogLines(store, CACHE)));
    expect(jobs[0]?.from).toBe(first.length);
  });

  it('are not made up where the file is shorter than its log', async () => {
    const writer: Writer = await logOf(store, ...pieces(6 * MIB));
    await seal(store, writer);
    const info = await infoOf(store, writer);
    await truncate(fileOf(directory, writer), 5 * MIB);
    const counted = new LogLines(store, { ...CACHE, counter });
    await expect(counted.count(info, NEVER)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });
});
