import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRef, Writer } from '../../../../src/core/log/log';
import { generateGeneration } from '../../../../src/core/log/log-id';
import type { LogStore } from '../../../../src/core/store/store';
import { recoverFilesStore } from '../../../../src/storage/files/recover-store';
import { RECORD_BYTES } from '../../../../src/storage/files/times/mark-records';
import { commit, createOpenLog, remove } from '../../../contract/commits';
import { at, attach, bytes, createLog, infoOf, seal, textOf, uniqueId } from '../../../contract/logs';
import { expectTimes, readTimes, TestClock } from '../../../contract/timed';
import { openFilesStore } from '../../../support/open-stores';
import { withStore } from '../opened-store';
import { withDirectory } from '../temporary-directory';
import { until } from '../until';

/** No mark is written by itself. */
const QUIET = { syncInterval: 600_000 };
const STEP = 10_000;

const clock = new TestClock();
afterEach(() => clock.restore());

function pathOf(directory: string, { generation }: LogRef, kind = 'times'): string {
  return join(directory, 'logs', generation.slice(-2), `${generation}.${kind}`);
}

/** All sidecars in the directory. */
async function sidecarsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(join(directory, 'logs'), { recursive: true });
  return names.filter((name) => /\.(?:times|lines)/.test(name));
}

function recordsIn(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / RECORD_BYTES;
}

/** Appends each text 10 s after the one before. */
async function appendSlowly(store: LogStore, writer: Writer, texts: readonly string[]): Promise<number> {
  const start = Date.now() + STEP;
  let { tail } = await infoOf(store, writer.log.id);
  for (const [i, text] of texts.entries()) {
    clock.set(start + i * STEP);
    tail = await store.append(writer, tail, bytes(text));
  }
  clock.restore();
  return start;
}

describe('the sidecar of the times of a log', () => {
  it('is not made for a log that is created, written and sealed within 250 ms', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, async (store) => {
        clock.set(Date.now());
        const writer = await createLog(store);
        await store.append(writer, at(0), [Buffer.alloc(100_000), Buffer.alloc(100_000)]);
        await store.append(writer, at(200_000), bytes('end'));
        await seal(store, writer);
        clock.restore();
        // If the clock seemed to have been set while it was stopped, the store sees that it was not.
        store.now();
        return writer.log;
      });
      expect(await sidecarsIn(directory)).toEqual([]);
      await withStore(directory, async (store) =>
        expect((await readTimes(store, log)).at(-1)).toBe((await infoOf(store, log.id)).updatedAt),
      );
    }));

  it('is written when a log ends later than its bytes came, also if it was restarted since', () =>
    withDirectory(async (directory) => {
      const { log, start } = await withStore(directory, async (store) => {
        const made = await createOpenLog(store, { first: { chunks: bytes('abc') } });
        return { log: made, start: (await infoOf(store, made.id)).updatedAt };
      });
      const end = await withStore(directory, async (store) => {
        clock.advance(STEP);
        await commit(store, log, '', { seal: { kind: 'complete' } });
        expect(await readTimes(store, log)).toEqual([start, start, start]);
        return (await infoOf(store, log.id)).updatedAt;
      });
      expect(end).toBeGreaterThanOrEqual(start + STEP);
      await withStore(directory, async (store) => {
        expect(await readTimes(store, log)).toEqual([start, start, start]);
        expect((await infoOf(store, log.id)).updatedAt).toBe(end);
      });
      expect(await sidecarsIn(directory)).toHaveLength(1);
    }));

  it('is written in the rhythm of the syncs, and is all that a copy of the directory needs', () =>
    withDirectory(async (outside) => {
      const [directory, copy] = [join(outside, 'store'), join(outside, 'copy')];
      await withStore(
        directory,
        async (store) => {
          const writer = await createLog(store);
          const start = await appendSlowly(store, writer, ['a', 'bc', 'd']);
          const path = pathOf(directory, writer.log);
          await until(() => recordsIn(path) === 2);
          await cp(directory, copy, { recursive: true });
          await utimes(pathOf(copy, writer.log, 'log'), start, (start + 2 * STEP) / 1_000);
          await withStore(copy, async (copied) =>
            expectTimes(await readTimes(copied, writer.log), [
              ['a', start],
              ['bc', start + STEP],
              ['d', start + 2 * STEP],
            ]),
          );
        },
        { syncInterval: 10 },
      );
    }));

  it('has the last append of a producer that is attached when the store closes', () =>
    withDirectory(async (directory) => {
      const { log, start } = await withStore(
        directory,
        async (store) => {
          const writer = await createLog(store);
          return { log: writer.log, start: await appendSlowly(store, writer, ['ab']) };
        },
        QUIET,
      );
      // As a copy that does not keep the times of files.
      await utimes(pathOf(directory, log, 'log'), start, start + 1_000);
      await withStore(directory, async (store) =>
        expect(await readTimes(store, log)).toEqual([start, start]),
      );
    }));

  it('goes on behind what is whole of it', () =>
    withDirectory(async (directory) => {
      const first = await withStore(directory, async (store) => {
        const writer = await createLog(store);
        return { writer, start: await appendSlowly(store, writer, ['a', 'b', 'c', 'd']) };
      });
      const path = pathOf(directory, first.writer.log);
      await truncate(path, 3 * RECORD_BYTES - 1);
      await withStore(directory, async (store) => {
        const writer = await attach(store, first.writer.log);
        await appendSlowly(store, writer, ['e', 'f']);
      });
      expect(recordsIn(path)).toBeGreaterThanOrEqual(4);
      await withStore(directory, async (store) => {
        const times = await readTimes(store, first.writer.log);
        expect(times.slice(0, 2)).toEqual([first.start, first.start + STEP]);
        expect([...times].sort((a, b) => a - b)).toEqual(times);
      });
    }));

  it('is cut where the log lost its tail, and the bytes that come then have their own times', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async (store) => {
        const writer = await createLog(store);
        const start = await appendSlowly(store, writer, ['aa', 'bb', 'cc', 'dd']);
        await store.change(writer.log, { kind: 'release', epoch: writer.epoch, state: 'interrupted' });
        const path = pathOf(directory, writer.log);
        await until(() => recordsIn(path) === 4);
        await truncate(pathOf(directory, writer.log, 'log'), 3);
        await expect(textOf(store, writer.log)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
        expect(await readTimes(store, writer.log)).toEqual([start, start, start + STEP]);
        expect(recordsIn(path)).toBe(1);
        clock.set(start + 9 * STEP);
        const again = await attach(store, writer.log);
        await store.append(again, at(3), bytes('xyz'));
        const late = start + 9 * STEP;
        expect(await readTimes(store, writer.log)).toEqual([start, start, start + STEP, late, late, late]);
      });
    }));

  it('is cut where a start finds that the log lost its tail', () =>
    withDirectory(async (directory) => {
      const { log, start } = await withStore(directory, async (store) => {
        const writer = await createLog(store);
        return { log: writer.log, start: await appendSlowly(store, writer, ['aa', 'bb', 'cc']) };
      });
      await truncate(pathOf(directory, log, 'log'), 3);
      const store = await openFilesStore(directory);
      try {
        expect(await readTimes(store, log)).toEqual([start, start, start + STEP]);
        for (const late of [start + STEP + 1, start + 2 * STEP, start + 9 * STEP])
          expect(await store.offsetAt(log, late)).toBe(3);
        clock.set(start + 9 * STEP);
        await store.append(await attach(store, log), at(3), bytes('x'));
        expect((await readTimes(store, log)).slice(2)).toEqual([start + STEP, start + 9 * STEP]);
      } finally {
        await store.close();
      }
    }));

  it('that cannot be written or read is warned about once, and no append or read fails', () =>
    withDirectory(async (directory) => {
      await withStore(
        directory,
        async (store, warnings) => {
          const writer = await createLog(store);
          await appendSlowly(store, writer, ['a']);
          await mkdir(pathOf(directory, writer.log));
          for (const text of ['b', 'c', 'd']) {
            await appendSlowly(store, writer, [text, text]);
            await readTimes(store, writer.log);
          }
          await until(() => warnings.length > 0);
          await seal(store, writer);
          expect(await textOf(store, writer.log)).toBe('abbccdd');
          expect(warnings.splice(0)).toEqual([expect.stringContaining('times of a stream cannot be kept')]);
          await rm(pathOf(directory, writer.log), { recursive: true });
        },
        { syncInterval: 10 },
      );
    }));
});

describe('a link or a FIFO in the place of a sidecar', () => {
  it.each<[string, (path: string, outside: string) => unknown]>([
    ['link', (path, outside) => symlink(outside, path)],
    ['FIFO', (path) => execFileSync('mkfifo', [path])],
  ])('fails no append and no read, and nothing is written to where the %s leads', (_, place) =>
    withDirectory(async (parent) => {
      const [directory, outside] = [join(parent, 'store'), join(parent, 'outside')];
      await writeFile(outside, 'x'.repeat(100));
      await withStore(
        directory,
        async (store, warnings) => {
          const writer = await createLog(store);
          await appendSlowly(store, writer, ['a']);
          for (const kind of ['times', 'lines'] as const)
            await place(pathOf(directory, writer.log, kind), outside);
          await appendSlowly(store, writer, ['b', 'c', 'd']);
          expect(await readTimes(store, writer.log)).toHaveLength(4);
          await until(() => warnings.length > 0);
          await seal(store, writer);
          expect(await textOf(store, writer.log)).toBe('abcd');
          expect(warnings.splice(0)).toEqual([expect.stringContaining('times of a stream cannot be kept')]);
          expect((await store.loadLineIndex(writer.log))?.length ?? 0).toBe(0);
        },
        { syncInterval: 10 },
      );
      expect(await readFile(outside, 'utf8')).toBe('x'.repeat(100));
    }),
  );
});

describe('the sidecars of a log', () => {
  async function withSidecars(store: LogStore, directory: string): Promise<LogRef> {
    const writer = await createLog(store, { expiry: { kind: 'idle', ttlMs: 3_600_000 } });
    await appendSlowly(store, writer, ['a', 'b']);
    await seal(store, writer);
    await store.saveLineIndex(writer.log, Buffer.from('lines'));
    const path = pathOf(directory, writer.log);
    await until(() => existsSync(path));
    return writer.log;
  }

  it.each<[string, (store: LogStore, log: LogRef) => Promise<unknown>]>([
    ['is removed', remove],
    ['is replaced', (store, { id }) => store.create(id, { contentType: 'text/plain' }, 'replace')],
    ['has expired', expire],
  ])('are gone when it %s', (_, end) =>
    withDirectory((directory) =>
      withStore(directory, async (store) => {
        const log = await withSidecars(store, directory);
        expect(await sidecarsIn(directory)).toHaveLength(2);
        await end(store, log);
        expect(await sidecarsIn(directory)).toEqual([]);
      }),
    ),
  );

  it('are gone when marks of it were still to be written', () =>
    withDirectory((directory) =>
      withStore(
        directory,
        async (store) => {
          const writer = await createLog(store);
          await appendSlowly(store, writer, ['a', 'b', 'c']);
          await Promise.all([
            store.change(writer.log, { kind: 'release', epoch: writer.epoch, state: 'open' }),
            remove(store, writer.log),
          ]);
        },
        QUIET,
      ).then(async () => expect(await sidecarsIn(directory)).toEqual([])),
    ));

  it('are kept by a start without loom.mdb, which refuses, and by loom recover, which brings the log back', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, (store) => withSidecars(store, directory));
      const times = await withStore(directory, (store) => readTimes(store, log));
      await rm(join(directory, 'loom.mdb'));
      await expect(openFilesStore(directory)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
      expect(await sidecarsIn(directory)).toHaveLength(2);
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) => {
        expect(await readTimes(store, log)).toEqual(times);
        expect((await store.loadLineIndex(log))?.toString()).toBe('lines');
      });
    }));

  it('are removed by a start if the log is gone, and nothing else is', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, (store) => withSidecars(store, directory));
      const gone = { id: uniqueId(), generation: generateGeneration() };
      await mkdir(join(pathOf(directory, gone), '..'), { recursive: true });
      for (const kind of ['times', 'lines', 'lines.new'])
        await writeFile(pathOf(directory, gone, kind), 'left by an earlier version');
      const foreign = pathOf(directory, gone, 'notes');
      await writeFile(foreign, 'not of the store');
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('ab'));
      expect(await sidecarsIn(directory)).toHaveLength(2);
      expect(await readFile(foreign, 'utf8')).toBe('not of the store');
    }));

  it('are removed with a fork whose creation a crash interrupted', () =>
    withDirectory(async (directory) => {
      const fork = { id: uniqueId(), generation: generateGeneration() };
      await withStore(directory, async () => {});
      await mkdir(join(pathOf(directory, fork), '..'), { recursive: true });
      for (const kind of ['log', 'times']) await writeFile(pathOf(directory, fork, kind), 'copied');
      const [journal = ''] = (await readdir(join(directory, 'logs'))).filter((name) =>
        name.endsWith('.jsonl'),
      );
      await writeFile(join(directory, 'logs', journal), `{"making":"${fork.generation}"}\n`, { flag: 'a' });
      await withStore(directory, async () => {});
      expect(existsSync(pathOf(directory, fork, 'log'))).toBe(false);
      expect(await sidecarsIn(directory)).toEqual([]);
    }));

  it('have the times that the source of a fork had, after restarts and without the source', () =>
    withDirectory(async (directory) => {
      const [fork, start] = await withStore(
        directory,
        async (store) => {
          const writer = await createLog(store);
          const begin = await appendSlowly(store, writer, ['aa', 'bb', 'cc']);
          const log = await createOpenLog(store, { fork: { source: writer.log, at: at(5) } });
          await remove(store, writer.log);
          return [log, begin] as const;
        },
        QUIET,
      );
      await withStore(directory, async (store) =>
        expectTimes(await readTimes(store, fork), [
          ['aa', start],
          ['bb', start + STEP],
          ['c', start + 2 * STEP],
        ]),
      );
    }));
});

async function expire(store: LogStore, log: LogRef): Promise<void> {
  const info = await infoOf(store, log.id);
  clock.set(Date.now() + 1_000);
  const expiredAt = (info.expiresAt ?? 0) + 1;
  await store.change(log, { kind: 'remove', outcome: { kind: 'expired' }, expiredAt });
}
