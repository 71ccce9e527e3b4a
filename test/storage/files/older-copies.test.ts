import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Writer, writerOf } from '../../../src/core/log/log';
import { checkPosition, wireGeneration } from '../../../src/core/log/loss';
import { advance } from '../../../src/core/log/offset';
import type { LogStore } from '../../../src/core/store/store';
import { Journal } from '../../../src/storage/files/journal/journal';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { commit, createOpenLog } from '../../contract/commits';
import { at, attach, bytes, createLogOf, textOf } from '../../contract/logs';
import { infoOf, takeCuts, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

/** A log that takes commits, and one that a producer appends to. */
interface Logs {
  readonly committed: Writer;
  readonly appended: Writer;
}

async function createLogs(store: LogStore): Promise<Logs> {
  const log = await createOpenLog(store);
  await commit(store, log, 'HELLO');
  const appended = await createLogOf(store, 'AAAAA');
  return { committed: writerOf(log), appended };
}

async function grow(store: LogStore, { committed, appended }: Logs, texts: readonly string[]): Promise<void> {
  const writer = await attach(store, appended.log);
  for (const text of texts) {
    await commit(store, committed.log, text);
    const { tail } = await infoOf(store, writer.log.id);
    await store.append(writer, tail, bytes(text));
  }
}

const REFUSED = 'loom.mdb is older than the streams in';

describe('a loom.mdb that was copied from a running store', () => {
  it('a start refuses the copy after a clean stop, and a recovery restores later bytes', () =>
    withDirectory(async (directory) => {
      const logs = await withCopy(directory, createLogs, async (store, made) => grow(store, made, ['WORLD']));
      await expect(withStore(directory, async () => {})).rejects.toThrow(REFUSED);
      await expect(withStore(directory, async () => {})).rejects.toThrow(REFUSED);
      const lines: string[] = [];
      await recoverFilesStore(directory, (line) => lines.push(line));
      expect(lines).toEqual([expect.stringContaining('is older than the streams'), 'No stream was missing']);
      await withStore(directory, async (store) => {
        expect(await textOf(store, logs.committed.log)).toBe('HELLOWORLD');
        expect(await textOf(store, logs.appended.log)).toBe('AAAAAWORLD');
      });
    }));

  it('a start refuses the copy after a kill if the journal is newer, and a recovery restores metadata', () =>
    withDirectory(async (directory) => {
      const { appended } = await withCopy(directory, createLogs, async (store, made) => {
        const { log, epoch } = await attach(store, made.appended.log);
        await store.change(log, { kind: 'annotate', epoch, patch: { exitCode: 1 } });
      });
      await rm(join(directory, 'clean-stop'));
      await expect(withStore(directory, async () => {})).rejects.toThrow(REFUSED);
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) =>
        expect(await infoOf(store, appended.log.id)).toMatchObject({ metadata: { exitCode: 1 } }),
      );
    }));

  it('the bytes of later commits are kept in cut if nothing else shows the age of the copy', () =>
    withDirectory(async (directory) => {
      const { committed } = await withCopy(directory, createLogs, (store, made) =>
        commit(store, made.committed.log, 'WORLD'),
      );
      await rm(join(directory, 'clean-stop'));
      await withStore(directory, async (_, warnings) => expect(takeCuts(warnings)).toHaveLength(1));
      const kept = join(directory, 'cut', `${committed.log.generation}-5`);
      expect(await readFile(kept, 'utf8')).toBe('WORLD');
    }));

  it('a start after an interrupted recovery still refuses the copy', () =>
    withDirectory(async (directory) => {
      const { committed } = await withCopy(directory, createLogs, (store, made) =>
        commit(store, made.committed.log, 'WORLD'),
      );
      const opening = jest.spyOn(Journal, 'open').mockRejectedValueOnce(new Error('cut off'));
      await expect(recoverFilesStore(directory, () => {})).rejects.toThrow('cut off');
      opening.mockRestore();
      await rm(join(directory, 'clean-stop'));
      await expect(withStore(directory, async () => {})).rejects.toThrow(REFUSED);
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) =>
        expect(await textOf(store, committed.log)).toBe('HELLOWORLD'),
      );
    }));
});

/** A store whose loom.mdb is, after a stop, the copy that was made between two actions. */
async function withCopy<T>(
  directory: string,
  first: (store: LogStore) => Promise<T>,
  then: (store: LogStore, made: T) => Promise<unknown>,
): Promise<T> {
  const [facts, copy] = [join(directory, 'loom.mdb'), join(directory, 'hot.mdb')];
  const made = await withStore(directory, async (store) => {
    const result = await first(store);
    await copyFile(facts, copy);
    await then(store, result);
    return result;
  });
  await copyFile(copy, facts);
  return made;
}

/** How a backup that was made while the store was closed is put back. */
const RESTORES: Readonly<Record<string, (backup: string, directory: string) => unknown>> = {
  'a copy in its place': async (backup, directory) => {
    await rm(directory, { recursive: true });
    run('cp', '-a', backup, directory);
  },
  'an archive that was unpacked over it': async (backup, directory) => {
    run('sh', '-c', `tar -C ${backup} -cf ${backup}.tar . && tar -C ${directory} -xf ${backup}.tar`);
    await rm(`${backup}.tar`);
    await removeNew(backup, directory);
  },
  'a copy over its files, with their times': async (backup, directory) => {
    run('cp', '-a', `${backup}/.`, directory);
    await removeNew(backup, directory);
  },
  'a copy over its files, without their times': async (backup, directory) => {
    run('cp', '-r', `${backup}/.`, directory);
    await removeNew(backup, directory);
  },
  'a copy over its files, which had no mark': async (backup, directory) => {
    await rm(join(backup, 'clean-stop'));
    run('cp', '-a', `${backup}/.`, directory);
    await removeNew(backup, directory);
  },
};

describe('a start on a restored backup', () => {
  it.each(Object.keys(RESTORES))('readers of later bytes find a loss even after new appends: %s', (way) =>
    withDirectory((outside) =>
      withDirectory(async (elsewhere) => {
        const [directory, backup] = [join(outside, 'store'), join(elsewhere, 'backup')];
        const logs = await withStore(directory, createLogs);
        run('cp', '-a', directory, backup);
        const seen = await withStore(directory, async (store) => {
          await grow(store, logs, ['WORLD']);
          return positionsOf(store, logs);
        });
        await RESTORES[way]?.(backup, directory);
        await withStore(directory, async (store) => {
          await grow(store, logs, ['there', 'again']);
          expect(await checkedBy(store, seen)).toEqual(['lost', 'lost']);
          // Readers whose bytes are all in the backup continue.
          const early = seen.map((position) => ({ ...position, tail: at(5) }));
          expect(await checkedBy(store, early)).toEqual(['intact', 'intact']);
        });
        await withStore(directory, async (store) => {
          const { losses } = await infoOf(store, logs.committed.log.id);
          expect(losses).toHaveLength(1);
        });
      }),
    ),
  );

  it('a start is refused if newer files are left, and readers find a loss after a recovery', () =>
    withDirectory((outside) =>
      withDirectory(async (elsewhere) => {
        const [directory, backup] = [join(outside, 'store'), join(elsewhere, 'backup')];
        const logs = await withStore(directory, createLogs);
        run('cp', '-a', directory, backup);
        const seen = await withStore(directory, async (store) => {
          await grow(store, logs, ['WORLD']);
          return positionsOf(store, logs);
        });
        run('cp', '-a', `${backup}/.`, directory);
        await expect(withStore(directory, async () => {})).rejects.toThrow(REFUSED);
        await recoverFilesStore(directory, () => {});
        await withStore(directory, async (store) => {
          await grow(store, logs, ['there', 'again']);
          expect(await checkedBy(store, seen)).toEqual(['lost', 'lost']);
        });
      }),
    ));

  it('readers find a loss if only the logs of a killed store were restored', () =>
    withDirectory((outside) =>
      withDirectory(async (elsewhere) => {
        const [directory, backup] = [join(outside, 'store'), join(elsewhere, 'backup')];
        const logs = await withStore(directory, createLogs);
        const facts = join(directory, 'loom.mdb');
        const seen = await withStore(
          directory,
          async (store) => {
            run('cp', '-a', join(directory, 'logs'), backup);
            await grow(store, logs, ['WORLD']);
            await copyFile(facts, `${facts}.killed`);
            return positionsOf(store, logs);
          },
          { durability: 'os' },
        );
        // As if it had been killed at once: the facts are the same file, and nothing counts what was appended.
        await copyFile(`${facts}.killed`, facts);
        await rm(join(directory, 'written'), { force: true });
        await rm(join(directory, 'logs'), { recursive: true });
        run('cp', '-a', backup, join(directory, 'logs'));
        await withStore(
          directory,
          async (store, warnings) => {
            expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 5 to 10')]);
            await grow(store, logs, ['there', 'again']);
            expect(await checkedBy(store, seen)).toEqual(['lost', 'lost']);
          },
          { durability: 'os' },
        );
      }),
    ));
});

interface Position {
  readonly id: string;
  readonly tail: number;
  readonly seen: string;
}

function positionsOf(store: LogStore, { committed, appended }: Logs): Promise<readonly Position[]> {
  return Promise.all(
    [committed, appended].map(async ({ log }) => {
      const info = await infoOf(store, log.id);
      return { id: log.id, tail: info.tail, seen: wireGeneration(info) };
    }),
  );
}

async function checkedBy(store: LogStore, positions: readonly Position[]): Promise<readonly string[]> {
  return Promise.all(
    positions.map(async ({ id, tail, seen }) => {
      const info = await infoOf(store, id);
      expect(info.tail).toBe(15);
      return checkPosition(info, advance(at(0), tail), seen).kind;
    }),
  );
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args);
}

/** What a backup does not have goes, as with `rsync --delete`. */
async function removeNew(backup: string, directory: string): Promise<void> {
  const kept = new Set(await readdir(backup, { recursive: true }));
  const names = await readdir(directory, { recursive: true });
  for (const name of names.filter((other) => !kept.has(other)))
    await rm(join(directory, name), { recursive: true, force: true });
}
