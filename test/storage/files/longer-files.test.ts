import { appendFile, cp, mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { LogInit, LogRef } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import type { Durability } from '../../../src/storage/files/disk/durability';
import type { FilesStoreOptions } from '../../../src/storage/files/options';
import { attach, INIT, infoOf, textOf, uniqueId } from '../../contract/logs';
import { openFilesStore } from '../../support/open-stores';
import { withDirectory } from './temporary-directory';

const ZEROS = Buffer.alloc(5_000);
const GARBAGE = Buffer.alloc(5_000, 'garbage ');
const LIMITS = { logBytesMax: 1e9, producersMax: 10 };
/** No sync comes by itself. */
const QUIET: Partial<FilesStoreOptions> = { warn: () => {}, syncInterval: 600_000 };

type Write = (store: LogStore, log: LogRef, text: string) => Promise<unknown>;

/** The two ways in which bytes come into a log. */
const WRITES: Readonly<Record<'appended' | 'committed', { init: LogInit; write: Write }>> = {
  appended: {
    init: INIT,
    async write(store, log, text) {
      const { tail } = await infoOf(store, log.id);
      await store.append(await attach(store, log), tail, [Buffer.from(text)]);
    },
  },
  committed: {
    init: { contentType: 'text/plain' },
    write: (store, log, text) => store.commit(log, { chunks: [Buffer.from(text)] }, LIMITS),
  },
};

interface Crashed {
  readonly directory: string;
  readonly log: LogRef;
  readonly file: string;
}

/**
 * What is left of a process that is killed, which is what is in its files: it has acknowledged `synced` and synced it, and then it
 * has acknowledged `unsynced`.
 */
async function crash(
  outside: string,
  how: keyof typeof WRITES,
  [synced, unsynced]: readonly [string, string],
  durability: Durability = 'interval',
): Promise<Crashed> {
  const [before, directory] = [join(outside, 'before'), join(outside, 'after')];
  const { init, write } = WRITES[how];
  const first = await openFilesStore(before, { ...QUIET, durability });
  const { info } = await first.create(uniqueId(), init, 'new');
  if (synced !== '') await write(first, info, synced);
  await first.close();
  const second = await openFilesStore(before, { ...QUIET, durability });
  try {
    if (unsynced !== '') await write(second, info, unsynced);
    await cp(before, directory, { recursive: true, filter: (path) => !path.includes('loom.lock') });
  } finally {
    await second.close();
  }
  return {
    directory,
    log: info,
    file: join(directory, 'logs', info.generation.slice(-2), `${info.generation}.log`),
  };
}

async function change(directory: string, key: string, value: number | undefined): Promise<void> {
  const root = open(join(directory, 'loom.mdb'), { encoding: 'json' });
  const about = root.openDB<number, string>({ name: 'about', encoding: 'json' });
  await (value === undefined ? about.remove(key) : about.put(key, value));
  await root.close();
}

/** As if the machine had been rebooted since. */
const startMachine = (directory: string): Promise<void> => change(directory, 'boot', 1);

interface Started {
  readonly text: string;
  readonly losses: unknown;
  readonly warnings: readonly string[];
  /** What was moved to other files. */
  readonly aside: readonly string[];
}

/** Starts twice: the second time has nothing left to do. */
async function start(
  { directory, log, file }: Crashed,
  durability: Durability = 'interval',
): Promise<Started> {
  const warnings: string[] = [];
  const warn = (message: string): unknown => warnings.push(message.replace(log.id, 'x'));
  let text = '';
  let losses: unknown;
  for (let round = 0; round < 2; round += 1) {
    const store = await openFilesStore(directory, { ...QUIET, durability, warn });
    const info = await infoOf(store, log.id);
    text = await textOf(store, log);
    expect(info.tail).toBe(text.length);
    expect((await stat(file).catch(() => ({ size: 0 }))).size).toBe(text.length);
    losses = info.losses;
    await store.close();
  }
  const cut = join(directory, 'cut');
  const names = await readdir(cut).catch(() => []);
  const aside = await Promise.all(names.map(async (name) => (await readFile(join(cut, name))).toString()));
  return { text, losses, warnings, aside };
}

describe.each(['appended', 'committed'] as const)('a kill of a store with %s bytes', (how) => {
  it.each([
    ['synced, ', 'and not synced'],
    ['synced', ''],
    ['', 'not synced'],
    ['a\n', '\0\0\0\0'],
    ['\0\0', '\0'],
  ])('the log has all acknowledged bytes: %j, then %j', (synced, unsynced) =>
    withDirectory(async (outside) => {
      const { text, warnings } = await start(await crash(outside, how, [synced, unsynced]));
      expect([text, warnings]).toEqual([synced + unsynced, []]);
    }),
  );

  it.each(['os', 'interval', 'always'] as const)(
    'zeros behind the log are cut off with durability %s',
    (durability) =>
      withDirectory(async (outside) => {
        const crashed = await crash(outside, how, ['synced, ', 'and not synced'], durability);
        await appendFile(crashed.file, ZEROS);
        const { text, warnings, aside } = await start(crashed, durability);
        expect([text, aside]).toEqual(['synced, and not synced', []]);
        expect(warnings).toEqual([
          expect.stringMatching(/^Stream x: the bytes 22 to 5022 .* zeros, and were cut off$/),
        ]);
      }),
  );
});

it('zeros in the initial bytes of a log survive an attach and a kill', () =>
  withDirectory(async (outside) => {
    const [before, directory] = [join(outside, 'before'), join(outside, 'after')];
    const store = await openFilesStore(before, QUIET);
    const first = { chunks: [Buffer.from('a\0\0')] };
    const { info } = await store.create(uniqueId(), { contentType: 'text/plain', first }, 'new');
    await attach(store, info);
    await cp(before, directory, { recursive: true, filter: (path) => !path.includes('loom.lock') });
    await store.close();
    const again = await openFilesStore(directory, QUIET);
    expect(await textOf(again, info)).toBe('a\0\0');
    await again.close();
  }));

describe('a power cut with the durability interval', () => {
  it.each([
    ['zeros', ZEROS],
    ['garbage', GARBAGE],
    ['zeros and garbage', Buffer.concat([ZEROS, GARBAGE])],
  ])('synced bytes are kept, and %s behind them are moved aside unless all are zeros', (_, rest) =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'appended', ['synced', '']);
      await appendFile(crashed.file, rest);
      await startMachine(crashed.directory);
      const { text, warnings, aside } = await start(crashed);
      expect(text).toBe('synced');
      expect(aside).toEqual(rest === ZEROS ? [] : [rest.toString()]);
      expect(warnings).toEqual([expect.stringContaining(`the bytes 6 to ${6 + rest.length} of its file`)]);
    }),
  );

  it('unsynced bytes are lost, and those still in the file are moved aside', () =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'appended', ['synced, ', 'and not synced']);
      await startMachine(crashed.directory);
      const { text, aside, losses } = await start(crashed);
      expect([text, aside]).toEqual(['synced, ', ['and not synced']]);
      expect(losses).toContainEqual(expect.objectContaining({ from: 8 }));
    }));

  it('a loss of synced bytes is reported although the facts do not count them', () =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'appended', ['synced', '']);
      await truncate(crashed.file, 2);
      const { text, warnings, losses } = await start(crashed);
      expect(text).toBe('sy');
      expect(warnings).toEqual([expect.stringContaining('lost the bytes 2 to 6')]);
      expect(losses).toContainEqual(expect.objectContaining({ from: 2, to: 6 }));
    }));

  it('a log has no zeros in the place of unsynced commits', () =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'committed', ['synced, ', 'and not synced']);
      await truncate(crashed.file, 11);
      await truncate(crashed.file, 22);
      await startMachine(crashed.directory);
      const { text, losses } = await start(crashed);
      expect(text).toBe('synced, and');
      expect(losses).toContainEqual(expect.objectContaining({ from: 11, to: 22 }));
    }));

  it('unsynced commits are kept if all their bytes are in the file', () =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'committed', ['synced, ', 'and not synced']);
      await startMachine(crashed.directory);
      expect((await start(crashed)).text).toBe('synced, and not synced');
    }));
});

describe('a power cut with another durability', () => {
  it.each(['os', 'always'] as const)(
    'all bytes but zeros at the end are kept with durability %s',
    (durability) =>
      withDirectory(async (outside) => {
        const crashed = await crash(outside, 'appended', ['one, ', 'two'], durability);
        await appendFile(crashed.file, ZEROS);
        await startMachine(crashed.directory);
        expect((await start(crashed, durability)).text).toBe('one, two');
      }),
  );

  it('acknowledged zeros are kept with durability always', () =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'appended', ['one', '\0\0'], 'always');
      await startMachine(crashed.directory);
      expect((await start(crashed, 'always')).text).toBe('one\0\0');
    }));
});

describe('the first start of a version that counts synced bytes', () => {
  it('the start keeps all bytes of the file and counts synced bytes from then on', () =>
    withDirectory(async (outside) => {
      const crashed = await crash(outside, 'appended', ['one, ', 'two']);
      await change(crashed.directory, 'lengths', undefined);
      await startMachine(crashed.directory);
      expect((await start(crashed)).text).toBe('one, two');
      await appendFile(crashed.file, GARBAGE);
      await startMachine(crashed.directory);
      expect((await start(crashed)).text).toBe('one, two');
    }));
});

it('a store opens although a directory is in the place of a log file', () =>
  withDirectory(async (outside) => {
    const crashed = await crash(outside, 'appended', ['one', '']);
    await rm(crashed.file);
    await mkdir(crashed.file);
    const store = await openFilesStore(crashed.directory, QUIET);
    expect(await infoOf(store, crashed.log.id)).toMatchObject({ tail: 0, state: 'interrupted' });
    await store.close();
  }));
