import fs, { existsSync, fstatSync, statSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  copyFile,
  type FileHandle,
  link,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Writer, writerOf } from '../../../src/core/log/log';
import type { Loss } from '../../../src/core/log/loss';
import type { LogStore } from '../../../src/core/store/store';
import { DURABILITIES, type Durability } from '../../../src/storage/files/disk/durability';
import { Layout } from '../../../src/storage/files/disk/layout';
import { FactsDatabase } from '../../../src/storage/files/facts/facts-database';
import { StoreMeta } from '../../../src/storage/files/facts/store-meta';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { readLastShutdown } from '../../../src/storage/files/startup/clean-shutdown';
import { bytes, createLog, createLogOf, textOf, uniqueId } from '../../contract/logs';
import { withMachine } from './machine';
import { fileOf, infoOf, withStore } from './opened-store';
import { withRunningStore } from './running-store';
import { withDirectory } from './temporary-directory';

const startMachine = withMachine();

async function lossesOf(store: LogStore, { log }: Writer): Promise<string[]> {
  const { losses = [] } = await infoOf(store, log.id);
  return losses.map(({ number, from, to }: Loss) => `${number}: ${from} to ${to}`);
}

/** A log with a producer, one that it has left, one that takes commits, and one that never had a byte. */
async function everyKind(store: LogStore): Promise<readonly Writer[]> {
  const [attached, left] = [await createLogOf(store, 'attached'), await createLogOf(store, 'left')];
  await store.change(left.log, { kind: 'release', epoch: left.epoch, state: 'interrupted' });
  const { info } = await store.create(uniqueId(), { contentType: 'text/plain' }, 'new');
  await store.commit(info, { chunks: bytes('committed') }, { logBytesMax: 100, producersMax: 1 });
  return [attached, left, writerOf(info), await createLog(store)];
}

async function allLosses(
  directory: string,
  writers: readonly Writer[],
  durability: Durability = 'interval',
): Promise<readonly string[]> {
  return withStore(
    directory,
    async (store) => (await Promise.all(writers.map((writer) => lossesOf(store, writer)))).flat(),
    { durability },
  );
}

describe('a store that was closed before a reboot', () => {
  it.each(DURABILITIES)('only durability os has possible losses after a reboot: %s', (durability) =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, everyKind, { durability });
      startMachine();
      const losses = durability === 'os' ? ['1: 8 to 8', '1: 4 to 4', '1: 9 to 9', '1: 0 to 0'] : [];
      expect(await allLosses(directory, writers, durability)).toEqual(losses);
      await withStore(directory, async (store) => {
        const texts = await Promise.all(writers.map(({ log }) => textOf(store, log)));
        expect(texts).toEqual(['attached', 'left', 'committed', '']);
      });
    }),
  );

  it('a recovery before each start causes no loss', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, everyKind);
      for (let round = 0; round < 2; round += 1) {
        startMachine();
        await recoverFilesStore(directory, () => {});
        expect(await allLosses(directory, writers)).toEqual([]);
      }
    }));

  it('a store syncs the bytes that an earlier process with durability os left unsynced', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, everyKind, { durability: 'os' });
      await withStore(directory, async () => {}, { syncInterval: 600_000 });
      const facts = new FactsDatabase(join(directory, 'loom.mdb'), true);
      const synced = writers.map(({ log }) => facts.lengths.get(log.generation)?.bytes);
      await facts.close();
      expect(synced).toEqual([8, 4, 9, undefined]);
    }));

  it('a file that was cut is still found', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, '0123456789'));
      await truncate(fileOf(directory, writer), 5);
      startMachine();
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 5 to 10')]);
        expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10']);
      });
    }));

  it('a refused start after the reboot causes no loss', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, everyKind);
      const away = join(directory, 'away');
      await rename(join(directory, 'logs'), away);
      startMachine();
      await expect(withStore(directory, async () => {})).rejects.toThrow('logs holds no streams');
      await rm(join(directory, 'logs'), { recursive: true });
      await rename(away, join(directory, 'logs'));
      expect(await allLosses(directory, writers)).toEqual([]);
    }));
});

describe('a store that was killed before a reboot', () => {
  it('a store with durability always has no loss', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, everyKind, { durability: 'always' });
      for (let round = 0; round < 2; round += 1) {
        await rm(join(directory, 'clean-stop'));
        startMachine();
        expect(await allLosses(directory, writers, 'always')).toEqual([]);
      }
    }));

  it('durability always keeps acknowledged bytes although an earlier process synced less', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, '01234'));
      // As a process leaves it that was killed before its next sync.
      await appendFile(fileOf(directory, writer), '56789');
      await rm(join(directory, 'clean-stop'));
      const options = { durability: 'always' } as const;
      const again = await withStore(
        directory,
        async (store) => {
          const info = await store.change(writer.log, { kind: 'attach', graceMs: 60_000 });
          await store.append(writerOf(info), info.tail, bytes('abcde'));
          return writerOf(info);
        },
        options,
      );
      await rm(join(directory, 'clean-stop'));
      startMachine();
      await withStore(
        directory,
        async (store) => {
          expect(await textOf(store, again.log)).toBe('0123456789abcde');
          expect(await lossesOf(store, again)).toEqual([]);
        },
        options,
      );
    }));
});

describe('the mark of a clean stop', () => {
  it('the mark stays valid when loom.mdb gets another owner, mode or link, or is renamed and back', () =>
    withDirectory(async (directory) => {
      const { facts } = new Layout(directory);
      const writers = await withStore(directory, everyKind);
      const changes = [
        () => chown(facts, 0, 0),
        () => chmod(facts, 0o640).then(() => chmod(facts, 0o600)),
        () => rename(facts, `${facts}.away`).then(() => rename(`${facts}.away`, facts)),
        () => link(facts, `${facts}.backup`),
      ];
      for (const change of changes) {
        await change();
        startMachine();
        expect(await allLosses(directory, writers)).toEqual([]);
      }
    }));

  it('the mark is absent while the store is open and present once it is closed', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      for (let round = 0; round < 2; round += 1) {
        await withStore(directory, async () => expect(existsSync(layout.cleanShutdown)).toBe(false));
        expect(await readLastShutdown(layout)).toBe('clean');
      }
    }));

  it.each<[string, (path: string, before: string) => Promise<unknown>]>([
    ['was written to since', touchFacts],
    ['is an older one', (path, before) => copyFile(before, path)],
    [
      'is a copy',
      (path) =>
        copyFile(path, `${path}.copy`)
          .then(() => unlink(path))
          .then(() => copyFile(`${path}.copy`, path)),
    ],
    ['is gone', (path) => unlink(path)],
  ])('the mark is not trusted beside a loom.mdb that %s', (_, replace) =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      const before = join(directory, 'before.mdb');
      await withStore(directory, everyKind);
      await copyFile(layout.facts, before);
      await withStore(directory, everyKind);
      await replace(layout.facts, before);
      expect(await readLastShutdown(layout)).not.toBe('clean');
    }),
  );

  it('the mark is not trusted after another transaction, even if the times of the file match', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      await withStore(directory, everyKind);
      const [ino, made, , , ...rest] = (await readFile(layout.cleanShutdown, 'latin1')).split(' ');
      const marked = async (): Promise<string> => {
        const { ctimeNs, mtimeNs } = await stat(layout.facts, { bigint: true });
        return [ino, made, ctimeNs, mtimeNs, ...rest].join(' ');
      };
      expect(await readFile(layout.cleanShutdown, 'latin1')).toBe(await marked());
      await touchFacts(layout.facts);
      await writeFile(layout.cleanShutdown, await marked());
      expect(await readLastShutdown(layout)).not.toBe('clean');
    }));

  it('a partly written mark is not trusted', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      await withStore(directory, everyKind);
      const mark = await readFile(layout.cleanShutdown, 'latin1');
      for (let length = 0; length < mark.length; length += 1) {
        await writeFile(layout.cleanShutdown, mark.slice(0, length));
        expect(await readLastShutdown(layout)).not.toBe('clean');
      }
    }));

  it('the mark is synced before a close ends, and its removal before the store is open', () =>
    withDirectory(async (directory) => {
      const { cleanShutdown, facts } = new Layout(directory);
      await recordSyncs([facts, cleanShutdown, directory], async (syncs) => {
        await withStore(directory, async () => {
          syncs.splice(0);
        });
        expect(syncs.splice(0)).toEqual([
          'loom.mdb, with the mark',
          'clean-stop, with the mark',
          'the directory, with the mark',
        ]);
        await withStore(directory, async () => {
          expect(syncs.at(-1)).toBe('the directory, without the mark');
        });
      });
    }));

  it('a start that is killed before it has noted its file of the journal causes no loss', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, everyKind);
      const noting = jest.spyOn(StoreMeta.prototype, 'noteJournalFile');
      for (let round = 0; round < 2; round += 1) {
        noting.mockRejectedValueOnce(new Error('killed'));
        await expect(withStore(directory, async () => {})).rejects.toThrow('killed');
      }
      noting.mockRestore();
      expect(await allLosses(directory, writers)).toEqual([]);
      // The next start finds its own file.
      await rm(join(directory, 'clean-stop'));
      expect(await allLosses(directory, writers)).toEqual([]);
    }));

  it.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'a process killed with unsynced bytes leaves no mark: after %d lines',
    (lines) =>
      withDirectory(async (directory) => {
        const printed = await withRunningStore([directory, 'stop'], async (running) => {
          await running.untilLines(lines);
          await running.kill();
          return running.lines;
        });
        const tails = printed.flatMap((line) => /^\d+$/.exec(line) ?? []).map(Number);
        if ((await readLastShutdown(new Layout(directory))) === 'clean') {
          // The mark is there before the line `closed` is printed.
          expect(printed.at(-1)).toMatch(/^clos(ing|ed \d+)$/);
          expect(await syncedLengths(directory)).toEqual([tails.at(-1)]);
        }
        // The kernel is the same, and has all that was written: nothing can be lost.
        const { logs } = await withStore(directory, (store) => store.list({ limit: 2 }));
        for (const info of logs) {
          expect(info.tail).toBeGreaterThanOrEqual(tails.at(-1) ?? 0);
          expect(info).not.toHaveProperty('losses');
        }
      }),
  );
});

/** How many bytes of each log are known to be on the disk. */
async function syncedLengths(directory: string): Promise<readonly (number | undefined)[]> {
  const facts = new FactsDatabase(new Layout(directory).facts, true);
  const lengths = facts.newestFirst(undefined, 2).map((generation) => facts.lengths.get(generation)?.bytes);
  await facts.close();
  return lengths;
}

/** Records each sync of one of the files, the last of which is the directory. */
async function recordSyncs(
  paths: readonly string[],
  action: (syncs: string[]) => Promise<void>,
): Promise<void> {
  const syncs: string[] = [];
  const note = (ino: number): void => {
    const path = paths.find((other) => existsSync(other) && statSync(other).ino === ino);
    if (path === undefined) return;
    const mark = existsSync(paths[1] ?? '') ? 'with the mark' : 'without the mark';
    syncs.push(`${path === paths.at(-1) ? 'the directory' : basename(path)}, ${mark}`);
  };
  const file = await open(paths[0] ?? '', 'w');
  const prototype: FileHandle = Object.getPrototypeOf(file);
  await file.close();
  const { sync } = prototype;
  const { fsync } = fs;
  const spies = [
    jest.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      note((await this.stat()).ino);
      return sync.call(this);
    }),
    jest.spyOn(fs, 'fsync').mockImplementation((fd, done) => {
      note(fstatSync(fd).ino);
      fsync(fd, done);
    }),
  ];
  try {
    await action(syncs);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

async function touchFacts(path: string): Promise<void> {
  const facts = new FactsDatabase(path, true);
  await facts.probe();
  await facts.close();
}
