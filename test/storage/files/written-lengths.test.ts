import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWrittenLengths, WrittenLengths } from '../../../src/storage/files/bytes/written-lengths';
import { at } from '../../contract/logs';
import { withDirectory } from './temporary-directory';

describe('the written lengths of logs', () => {
  it('the file has the latest length of each log after several appends', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'written');
      const lengths = await WrittenLengths.create(path);
      const logs = Array.from({ length: 200 }, () => randomUUID());
      for (let end = 1; end <= 3; end += 1) for (const log of logs) lengths.note(log, at(end * 1_000));
      await lengths.close();
      expect(await readWrittenLengths(path)).toEqual(new Map(logs.map((log) => [log, 3_000])));
      expect((await readFile(path)).length).toBe(200 * 64);
    }));

  it('the file has all lengths after a flush, even those noted during a write', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'written');
      const lengths = await WrittenLengths.create(path);
      const log = randomUUID();
      for (let end = 1; end <= 5; end += 1) {
        lengths.note(log, at(end));
        lengths.note(log, at(end * 10));
        await lengths.flush();
        expect(await readWrittenLengths(path)).toEqual(new Map([[log, end * 10]]));
      }
      await lengths.close();
    }));

  it('the file has the last append within 100 ms, after any number of appends', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'written');
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
      const lengths = await WrittenLengths.create(path);
      const log = randomUUID();
      for (let end = 1; end <= 1_000; end += 1) {
        lengths.note(log, at(end));
        await jest.advanceTimersByTimeAsync(5);
        // Behind a write that is in progress.
        await readWrittenLengths(path);
      }
      await jest.advanceTimersByTimeAsync(95);
      await readWrittenLengths(path);
      expect(await readWrittenLengths(path)).toEqual(new Map([[log, 1_000]]));
      jest.useRealTimers();
      await lengths.close();
    }));

  it('the file has the lengths of the 16,384 logs that were written to last', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'written');
      const lengths = await WrittenLengths.create(path);
      const logs = Array.from({ length: 20_000 }, () => randomUUID());
      for (const log of logs) lengths.note(log, at(1));
      await lengths.close();
      const kept = await readWrittenLengths(path);
      expect([...kept.keys()].sort()).toEqual(logs.slice(-16_384).sort());
    }));

  it('a missing file has no lengths, and a damaged one keeps its whole entries', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'written');
      expect(await readWrittenLengths(path)).toEqual(new Map());
      const [lost, kept, cut] = Array.from({ length: 3 }, () => randomUUID());
      const slots = [`${lost} 10`, `${kept} 20`, `${cut} 30`].map((text) => text.padEnd(63));
      await writeFile(path, `${'\0'.repeat(64)}${slots[1]}\n${slots[2]}`);
      expect(await readWrittenLengths(path)).toEqual(new Map([[kept, 20]]));
    }));
});
