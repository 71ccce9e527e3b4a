import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { Writer } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { createOpenLog, remove } from '../../contract/commits';
import { bytes, createLogOf, infoOf, seal, textOf, uniqueId } from '../../contract/logs';
import { withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

describe('a process killed between the facts of a log and its line in the journal', () => {
  it('a later start without loom.mdb does not remove the bytes of the log', () =>
    withDirectory(async (directory) => {
      const id = uniqueId('begun');
      const first = { chunks: bytes('acknowledged') };
      await withStore(directory, (store) => store.create(id, { contentType: 'text/plain', first }, 'new'));
      await dropLines(directory, '{"facts"');
      await withStore(directory, async () => {});
      await rm(join(directory, 'loom.mdb'));
      expect(await refused(directory)).toContain('loom.mdb is missing, and there is 1 stream');
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) =>
        expect(await textOf(store, await infoOf(store, id))).toBe('acknowledged'),
      );
    }));

  it('a later recovery restores an empty log', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, (store) => createOpenLog(store));
      await dropLines(directory, '{"facts"');
      await withStore(directory, async () => {});
      await rm(join(directory, 'loom.mdb'));
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) =>
        expect(await infoOf(store, log.id)).toMatchObject({ generation: log.generation }),
      );
    }));
});

describe('a copy of loom.mdb from a running server', () => {
  it('a start refuses the copy if an empty log was created since', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async (store) => {
        await createLogOf(store, 'before');
        await copyFile(join(directory, 'loom.mdb'), join(directory, 'copy.mdb'));
        await createOpenLog(store);
      });
      await copyFile(join(directory, 'copy.mdb'), join(directory, 'loom.mdb'));
      expect(await refused(directory)).toMatch(/does not know 1 stream in .*which is empty/);
    }));

  it('a start refuses the copy if a log was removed since, and a recovery does not restore the log', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, async (store) => {
        const created = await createOpenLog(store);
        await copyFile(join(directory, 'loom.mdb'), join(directory, 'copy.mdb'));
        await remove(store, created);
        return created;
      });
      await copyFile(join(directory, 'copy.mdb'), join(directory, 'loom.mdb'));
      expect(await refused(directory)).toContain('is older than the streams');
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) => expect(await store.info(log.id)).toBeUndefined());
    }));

  it('a start refuses the copy if a log was sealed since, and a recovery seals it again', () =>
    withDirectory(async (directory) => {
      const { log } = await withStore(directory, async (store) => {
        const writer = await createLogOf(store, 'all of it');
        await copyFile(join(directory, 'loom.mdb'), join(directory, 'copy.mdb'));
        await seal(store, writer);
        return writer;
      });
      await copyFile(join(directory, 'copy.mdb'), join(directory, 'loom.mdb'));
      expect(await refused(directory)).toContain('is older than the streams');
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) =>
        expect(await infoOf(store, log.id)).toMatchObject({ state: 'closed' }),
      );
    }));
});

describe('an empty or missing folder of logs', () => {
  it.each([
    ['missing', 'with'],
    ['empty', 'with'],
    ['missing', 'without'],
  ])('a start is refused until the bytes are back: folder %s, store %s a journal', (what, how) =>
    withDirectory(async (directory) => {
      const [logs, elsewhere] = [join(directory, 'logs'), join(directory, 'elsewhere')];
      const { log } = await withStore(directory, createReleased);
      if (how === 'without') await forgetJournal(directory);
      await rename(logs, elsewhere);
      if (what === 'empty') await mkdir(logs);
      expect(await refused(directory)).toMatch(/logs holds no streams, and .*loom\.mdb knows open streams/);
      await rm(logs, { recursive: true, force: true });
      await rename(elsewhere, logs);
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('kept'));
    }),
  );

  it.each(['with', 'without'])('a recovery is refused and changes nothing in a store %s a journal', (how) =>
    withDirectory(async (directory) => {
      const [logs, elsewhere] = [join(directory, 'logs'), join(directory, 'elsewhere')];
      const { log } = await withStore(directory, createReleased);
      if (how === 'without') await forgetJournal(directory);
      await rename(logs, elsewhere);
      await expect(recoverFilesStore(directory, () => {})).rejects.toThrow(/logs holds no streams/);
      await rm(logs, { recursive: true });
      await rename(elsewhere, logs);
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('kept'));
    }),
  );

  it('a start without a journal succeeds if the streams never had a byte', () =>
    withDirectory(async (directory) => {
      const { id } = await withStore(directory, (store) => createOpenLog(store));
      await forgetJournal(directory);
      await rm(join(directory, 'logs'), { recursive: true });
      await withStore(directory, async (store) => expect(await infoOf(store, id)).toMatchObject({ tail: 0 }));
    }));
});

/** A log whose bytes the facts count. */
async function createReleased(store: LogStore): Promise<Writer> {
  const writer = await createLogOf(store, 'kept');
  await store.change(writer.log, { kind: 'release', epoch: writer.epoch, state: 'interrupted' });
  return writer;
}

/** As if the store were that of a version which had no journal. */
async function forgetJournal(directory: string): Promise<void> {
  const root = open(join(directory, 'loom.mdb'), { encoding: 'json' });
  const about = root.openDB<number, string>({ name: 'about', encoding: 'json' });
  for (const key of ['journal', 'journaled']) await about.remove(key);
  await root.close();
  const logs = join(directory, 'logs');
  for (const name of await readdir(logs)) if (name.endsWith('.jsonl')) await rm(join(logs, name));
}

async function dropLines(directory: string, beginning: string): Promise<void> {
  for (const name of await readdir(join(directory, 'logs'))) {
    if (!name.endsWith('.jsonl')) continue;
    const path = join(directory, 'logs', name);
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, lines.filter((line) => !line.startsWith(beginning)).join('\n'));
  }
}

async function refused(directory: string): Promise<string> {
  return withStore(directory, async () => 'it was opened').catch((error: Error) => error.message);
}
