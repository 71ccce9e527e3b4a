import { execFileSync } from 'node:child_process';
import { rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogInfo, type Writer, writerOf } from '../../../src/core/log/log';
import { type Offset, START } from '../../../src/core/log/offset';
import type { LogStore } from '../../../src/core/store/store';
import { AMPLE, createOpenLog, mark } from '../../contract/commits';
import { at, createLog, createLogOf, expectCode, readAll, seal, uniqueId } from '../../contract/logs';
import { fileOf, takeCuts, withStore } from './opened-store';
import { patternAt } from './pattern';
import { removeDirectory } from './temporary-directory';

const PIECE = 100_000;

const mounted = mountSmallDisk();
const onSmallDisk = mounted === undefined ? it.skip : it;

describe('a full disk', () => {
  const directory = join(mounted ?? '', 'data');
  const ballast = join(mounted ?? '', 'ballast');

  afterEach(async () => {
    if (mounted === undefined) return;
    await rm(directory, { recursive: true, force: true });
    await rm(ballast, { force: true });
  });
  afterAll(async () => {
    if (mounted === undefined) return;
    execFileSync('umount', [mounted]);
    await removeDirectory(mounted);
  });

  onSmallDisk('an append is refused without a trace, and succeeds when there is room again', () =>
    withStore(directory, async (store) => {
      await writeFile(ballast, Buffer.alloc(2_000_000));
      const writer = await createLog(store);
      const tail = await fill(store, writer);
      expect((await stat(fileOf(directory, writer))).size).toBe(tail);
      expect((await readAll(store, writer.log)).bytes.equals(patternAt(0, tail))).toBe(true);
      await stuff(ballast);
      await expectCode(store.ready(), 'STORE_FULL');

      await rm(ballast);
      await store.ready();
      const more = await store.append(writer, tail, [patternAt(tail, PIECE)]);
      await seal(store, writer);
      const { bytes: content, end } = await readAll(store, writer.log);
      expect(content.equals(patternAt(0, more))).toBe(true);
      expect(end).toEqual({ kind: 'complete' });
    }),
  );

  onSmallDisk(
    'a commit is refused whole, with its producer state, and succeeds when there is room again',
    () =>
      withStore(directory, async (store) => {
        await writeFile(ballast, Buffer.alloc(2_000_000));
        const log = await createOpenLog(store);
        const stored = await commitAll(store, log);
        await stuff(ballast);
        expect((await stat(fileOf(directory, writerOf(log)))).size).toBe(stored * PIECE);
        // A stored commit is still recognized.
        const last = { chunks: [piece(stored - 1)], producer: mark(stored - 1) };
        expect(await store.commit(log, last, AMPLE)).toMatchObject({ how: 'duplicate' });
        const fork = { contentType: 'text/plain', fork: { source: log, at: at(PIECE) } };
        await expectCode(store.create(uniqueId(), fork, 'new'), 'STORE_FULL');

        await rm(ballast);
        await store.ready();
        const next = { chunks: [piece(stored)], producer: mark(stored) };
        expect(await store.commit(log, next, AMPLE)).toMatchObject({
          how: 'stored',
          tail: (stored + 1) * PIECE,
        });
        expect((await readAll(store, log)).bytes.equals(patternAt(0, (stored + 1) * PIECE))).toBe(true);
      }),
  );

  onSmallDisk('an open log can still be sealed by a commit', () =>
    withStore(directory, async (store) => {
      await writeFile(ballast, Buffer.alloc(2_000_000));
      const log = await createOpenLog(store);
      const stored = await commitAll(store, log);
      await stuff(ballast);
      const sealing = { chunks: [], producer: mark(stored), seal: { kind: 'complete' } } as const;
      expect(await store.commit(log, sealing, AMPLE)).toMatchObject({ how: 'stored', isSealed: true });
    }),
  );

  onSmallDisk('logs can still be released, sealed and removed, and removal makes room', () =>
    withStore(directory, async (store) => {
      const idle = await Promise.all(Array.from({ length: 60 }, () => createLogOf(store, 'x')));
      const big = await createLog(store);
      const tail = await fill(store, big);
      await stuff(ballast);
      const patch = 'a fact that takes room '.repeat(500);
      for (const { log, epoch } of idle) await store.change(log, { kind: 'annotate', epoch, patch });
      for (const { log, epoch } of idle) {
        await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
        await store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
      }
      await expectCode(store.append(big, tail, [patternAt(tail, PIECE)]), 'STORE_FULL');
      await store.change(big.log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await createLogOf(store, 'there is room again');
      await store.ready();
    }),
  );

  onSmallDisk('the store opens, and its logs can be read and removed', async () => {
    const writer = await withStore(directory, async (store) => {
      const kept = await createLogOf(store, 'kept');
      await seal(store, kept);
      return kept;
    });
    // As if the store had never been able to keep room for itself.
    await truncate(join(directory, 'loom.mdb'), 1 << 20);
    await stuff(ballast);
    await withStore(directory, async (store, warnings) => {
      expect(warnings.splice(0)).toEqual([expect.stringContaining('The disk is full')]);
      expect((await readAll(store, writer.log)).bytes.toString()).toBe('kept');
      await expectCode(createLog(store), 'STORE_FULL');
      await rm(ballast);
      await store.change(writer.log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await createLogOf(store, 'there is room again');
    });
  });

  onSmallDisk(
    'the store opens and warns if it has no room to keep the bytes of a killed commit',
    async () => {
      const writer = await withStore(directory, async (store) => {
        const log = await createOpenLog(store);
        await store.commit(log, { chunks: [Buffer.from('kept')] }, AMPLE);
        return writerOf(log);
      });
      await writeFile(fileOf(directory, writer), patternAt(0, PIECE), { flag: 'a' });
      await stuff(ballast);
      await withStore(directory, async (store, warnings) => {
        expect(takeCuts(warnings)).toEqual([expect.stringContaining('has no room to keep them')]);
        expect((await readAll(store, writer.log)).bytes.toString()).toBe('kept');
      });
    },
  );
});

/** Appends until the disk is full. */
async function fill(store: LogStore, writer: Writer): Promise<Offset> {
  for (let tail = START; ; ) {
    try {
      tail = await store.append(writer, tail, [patternAt(tail, PIECE - 1), patternAt(tail + PIECE - 1, 1)]);
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORE_FULL' });
      return tail;
    }
  }
}

function piece(number: number): Buffer {
  return patternAt(number * PIECE, PIECE);
}

/** Commits until the disk is full. @returns how many pieces were stored */
async function commitAll(store: LogStore, log: LogInfo): Promise<number> {
  for (let number = 0; ; number += 1) {
    try {
      await store.commit(log, { chunks: [piece(number)], producer: mark(number) }, AMPLE);
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORE_FULL' });
      return number;
    }
  }
}

/** Takes all the room that there is. */
async function stuff(path: string): Promise<void> {
  for (let piece = 1 << 20; piece >= 1; ) {
    try {
      await writeFile(path, Buffer.alloc(piece), { flag: 'a' });
    } catch {
      // No room for another piece of this size.
      piece /= 2;
    }
  }
}

/** A file system of 8 MB. `undefined` where this process may not mount one. */
function mountSmallDisk(): string | undefined {
  const directory = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    // Only root may, and not in every container.
    execFileSync('rmdir', [directory]);
    return undefined;
  }
}
