import { copyFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Writer, writerOf } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { commit, createOpenLog } from '../../contract/commits';
import { at, createLogOf, textOf, uniqueId } from '../../contract/logs';
import { withMachine } from './machine';
import { fileOf, infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

const startMachine = withMachine();

const KINDS: Readonly<Record<string, (store: LogStore) => Promise<Writer>>> = {
  commits: async (store) => {
    const log = await createOpenLog(store);
    await commit(store, log, 'hello');
    return writerOf(log);
  },
  'JSON messages': async (store) => {
    const log = await createOpenLog(store, { contentType: 'application/json', framing: 'json' });
    await commit(store, log, '"hi"\n');
    return writerOf(log);
  },
  'the bytes of its source': async (store) => {
    const source = await createLogOf(store, 'hello world');
    const { info } = await store.create(
      uniqueId(),
      { contentType: 'text/plain', fork: { source: source.log, at: at(5) } },
      'new',
    );
    return writerOf(info);
  },
};

describe('a start that finds a lost file again', () => {
  it.each(Object.keys(KINDS))('the start moves the bytes of a log with %s to cut', (kind) =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => KINDS[kind]?.(store) ?? fail());
      const file = fileOf(directory, writer);
      const text = await readFile(file, 'utf8');
      await rename(file, join(directory, 'elsewhere'));
      await startAfterLoss(directory);
      // What is kept already is not written over.
      for (const name of [`cut/${writer.log.generation}-0`, `cut/${writer.log.generation}-0.2`]) {
        await copyFile(join(directory, 'elsewhere'), file);
        await withStore(directory, async (store, warnings) => {
          expect(warnings.splice(0)).toEqual([
            expect.stringMatching(new RegExp(`: the bytes 0 to 5 of its file .* moved to .*${name}$`)),
          ]);
          expect(await infoOf(store, writer.log.id)).toMatchObject({ tail: 0, losses: [{ from: 0, to: 5 }] });
        });
        expect(await readFile(join(directory, name), 'utf8')).toBe(text);
      }
    }),
  );

  it('the start is refused if it cannot write to cut', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createCommitted(store));
      const file = fileOf(directory, writer);
      await writeFile(file, 'hello again');
      // A folder that takes no files, not even those of root.
      await symlink('/proc', join(directory, 'cut'));
      await expect(withStore(directory, async () => {})).rejects.toThrow(/Keeping bytes in .*cut.* failed/);
      expect(await readFile(file, 'utf8')).toBe('hello again');
    }));
});

it('the bytes of a killed commit are kept in cut after a reboot', () =>
  withDirectory(async (directory) => {
    const writer = await withStore(directory, (store) => createCommitted(store));
    await writeFile(fileOf(directory, writer), 'hello torn');
    startMachine();
    await withStore(directory, async (_, warnings) => expect(warnings.splice(0)).toHaveLength(1));
    expect(await readdir(join(directory, 'cut'))).toEqual([`${writer.log.generation}-5`]);
  }));

describe('a missing folder of logs', () => {
  it('a start and a recovery are refused if the folder had bytes of an open log', () =>
    withDirectory(async (directory) => {
      const [writer, shard] = await createInShard(directory);
      const away = join(directory, 'away');
      await rename(shard, away);
      const refusal =
        /Folders are missing in .*logs \(\w\w\), and .*loom\.mdb knows open streams whose bytes were there/;
      await expect(withStore(directory, async () => {})).rejects.toThrow(refusal);
      await expect(recoverFilesStore(directory, () => {})).rejects.toThrow(refusal);
      await rename(away, shard);
      await withStore(directory, async (store) => expect(await textOf(store, writer.log)).toBe('hello'));
    }));

  it('an empty folder in its place counts as a loss', () =>
    withDirectory(async (directory) => {
      const [writer, shard] = await createInShard(directory);
      await rm(shard, { recursive: true });
      await mkdir(shard);
      await startAfterLoss(directory);
      await withStore(directory, async (store) =>
        expect((await infoOf(store, writer.log.id)).losses).toMatchObject([{ from: 0, to: 5 }]),
      );
    }));

  it('a start and a recovery are refused if the folder of all logs has only foreign entries', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createCommitted(store));
      const [logs, away] = [join(directory, 'logs'), join(directory, 'away')];
      await rename(logs, away);
      await mkdir(join(logs, 'lost+found'), { recursive: true });
      await mkdir(join(logs, '.snapshot'));
      await expect(withStore(directory, async () => {})).rejects.toThrow('logs holds no streams');
      await expect(recoverFilesStore(directory, () => {})).rejects.toThrow('logs holds no streams');
      await rm(logs, { recursive: true });
      await rename(away, logs);
      await withStore(directory, async (store) => expect(await textOf(store, writer.log)).toBe('hello'));
    }));
});

function createCommitted(store: LogStore): Promise<Writer> {
  return KINDS['commits']?.(store) ?? fail();
}

async function createInShard(directory: string): Promise<readonly [Writer, shard: string]> {
  const writer = await withStore(directory, (store) => createCommitted(store));
  return [writer, dirname(fileOf(directory, writer))];
}

async function startAfterLoss(directory: string): Promise<void> {
  await withStore(directory, async (_, warnings) =>
    expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 0 to 5')]),
  );
}

function fail(): never {
  throw new Error('there is no such kind');
}
