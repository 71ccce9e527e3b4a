import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { parseLogId } from '../../../src/core/log/log-id';
import type { ListQuery } from '../../../src/core/store/list-query';
import type { LogStore } from '../../../src/core/store/store';
import { Generations } from '../../../src/storage/files/logs/generations';
import { describeListing } from '../../contract/listing';
import { createLog, infoOf, listAll, seal } from '../../contract/logs';
import type { Subject } from '../../contract/store.contract';
import { openFilesStore } from '../../support/open-stores';
import { withStore } from './opened-store';
import { makeDirectory, removeDirectory, withDirectory } from './temporary-directory';

describe('an index of names in spans of two logs', () => {
  let directory: string;
  let opened: LogStore | undefined;
  beforeEach(async () => {
    directory = await makeDirectory();
    opened = await openFilesStore(directory, { spanLogs: 2, warn: () => {} });
  });
  afterEach(async () => {
    await opened?.close();
    await removeDirectory(directory);
  });
  const subject: Subject = {
    get store() {
      if (opened === undefined) throw new Error('the store of this test is not open');
      return opened;
    },
    close: async () => opened?.close(),
  };
  describe('listing', () => describeListing(subject));
});

describe('the index of names', () => {
  it('the index is built for a directory of an earlier version', () =>
    withDirectory(async (directory) => {
      const ids = await withStore(directory, (store) => createMany(store, 300), { spanLogs: 9 });
      await change(directory, (root) => {
        root.openDB({ name: 'names', encoding: 'binary', keyEncoding: 'binary' }).clearSync();
        const about = root.openDB<number, string>({ name: 'about', encoding: 'json' });
        about.removeSync('indexed');
        about.putSync('format', 2);
      });
      await withStore(directory, (store) => expectLists(store, ids), { spanLogs: 9 });
    }));

  it('the index is built again after a start that was interrupted while it built it', () =>
    withDirectory(async (directory) => {
      const ids = await withStore(directory, (store) => createMany(store, 50), { spanLogs: 4 });
      await change(directory, (root) => {
        const names = root.openDB<Buffer, Buffer>({
          name: 'names',
          encoding: 'binary',
          keyEncoding: 'binary',
        });
        for (const [i, key] of [...names.getKeys()].entries()) if (i % 2 === 0) names.removeSync(key);
        root.openDB<number, string>({ name: 'about', encoding: 'json' }).putSync('indexed', 0);
      });
      await withStore(directory, (store) => expectLists(store, ids), { spanLogs: 4 });
    }));

  it('the index is correct after most logs were removed, and after later starts', () =>
    withDirectory(async (directory) => {
      const left = await withStore(
        directory,
        async (store) => {
          const ids = await createMany(store, 500);
          for (const id of ids.filter((_, i) => i % 20 !== 0)) {
            const info = await infoOf(store, parseLogId(id));
            await store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
          }
          const kept = ids.filter((_, i) => i % 20 === 0);
          await expectLists(store, kept);
          return kept;
        },
        { spanLogs: 2 },
      );
      for (let start = 0; start < 2; start += 1)
        await withStore(directory, (store) => expectLists(store, left), { spanLogs: 2 });
    }));

  it('the index keeps the order of creation when the clock is set back', () =>
    withDirectory(async (directory) => {
      const ids: string[] = [];
      const now = Date.now();
      const clock = jest.spyOn(Date, 'now');
      try {
        for (const ahead of [3_600_000, 0, 0]) {
          clock.mockImplementation(() => now + ahead);
          await withStore(
            directory,
            async (store, warnings) => {
              // The store warns that the clock was set.
              warnings.splice(0);
              for (let i = 0; i < 9; i += 1) {
                const id = parseLogId(`log-${ids.length}`);
                await createLog(store, {}, id);
                ids.unshift(id);
              }
              for (const query of [{}, { prefix: 'log' }])
                expect((await listAll(store, { ...query, limit: 2 })).map(({ id }) => id)).toEqual(ids);
            },
            { spanLogs: 2 },
          );
        }
      } finally {
        clock.mockRestore();
      }
    }));
});

describe('generations', () => {
  it('a generation sorts after all earlier ones, even within a millisecond and when the clock goes back', () => {
    const generations = new Generations('');
    const now = Date.now();
    const times = Array.from(
      { length: 20_000 },
      (_, i) => now + (i % 7 === 0 ? -1_000 : Math.floor(i / 1_000)),
    );
    const made = times.map((time) => generations.next(time));
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(made.length);
    for (const one of made)
      expect(one).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('a generation uses the next millisecond if there is no room after the last one', () => {
    const last = '01a2267e-7761-731a-8ae6-ffffffffffff';
    const next = new Generations(last).next(0);
    expect(next > last).toBe(true);
    expect(next.startsWith('01a2267e-7762-7')).toBe(true);
  });
});

/** Every third is sealed. */
async function createMany(store: LogStore, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const id = parseLogId(`many-${i % 10}-${i}`);
      const writer = await createLog(store, {}, id);
      if (i % 3 === 0) await seal(store, writer);
      return id;
    }),
  );
}

/** Each filter shows what a list without one shows of the same logs. */
async function expectLists(store: LogStore, ids: readonly string[]): Promise<void> {
  const all = await listAll(store, { limit: 1_000 });
  expect(all.map(({ id }) => String(id)).toSorted()).toEqual([...ids].toSorted());
  const states = ['open', 'interrupted', 'closed'] as const;
  const filters: Omit<ListQuery, 'limit'>[] = [
    ...states.map((state) => ({ state })),
    ...states.map((state) => ({ state, prefix: 'many-3' })),
    { prefix: 'many-' },
    { prefix: 'many-3-1' },
    { prefix: 'nothing' },
    { prefix: 'm'.repeat(3_000) },
  ];
  for (const filter of filters) {
    const { prefix = '', state } = filter;
    const expected = all.filter((log) => log.id.startsWith(prefix) && (state ?? log.state) === log.state);
    expect(await listAll(store, { ...filter, limit: 9 })).toEqual(expected);
  }
}

type Root = ReturnType<typeof open<number, string>>;

/** Changes what a closed store has in LMDB. */
async function change(directory: string, write: (root: Root) => void): Promise<void> {
  const root = open<number, string>(join(directory, 'loom.mdb'), { encoding: 'json' });
  write(root);
  await root.close();
  await rm(join(directory, 'loom.mdb-lock'), { force: true });
}
