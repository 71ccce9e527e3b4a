import { open } from 'lmdb';
import type { Writer } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import { START } from '../../../src/core/log/offset';
import { sweep } from '../../../src/core/store/janitor';
import { removeLog } from '../../../src/core/store/remove-log';
import type { LogStore } from '../../../src/core/store/store';
import { createLogOf, expectCode, seal, textOf, uniqueId } from '../../contract/logs';
import { openFilesStore } from '../../support/open-stores';
import { withDirectory } from './temporary-directory';

const BAD_VALUES = ['', '{"info":', 'null', '5', '{}', '{"info":{"id":"other"}}'].map((text) => [text]);

interface Opened {
  readonly store: LogStore;
  /** The alarms that an operator gets. */
  readonly alarms: { message: string; id?: string }[];
}

/** Three sealed or interrupted logs, of which the second has a record of `value` when the store is opened again. */
async function withBadRecord(
  [database, value]: [database: string, value: string],
  isSealed: boolean,
  action: (opened: Opened, logs: readonly [Writer, Writer, Writer]) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const before = await openFilesStore(directory, { warn: () => {} });
    const make = async (text: string): Promise<Writer> => {
      const writer = await createLogOf(before, text);
      if (isSealed) await seal(before, writer);
      else await before.change(writer.log, { kind: 'release', epoch: writer.epoch, state: 'interrupted' });
      return writer;
    };
    const logs = [await make('one'), await make('two'), await make('three')] as const;
    await before.close();
    await spoil(directory, database, logs[1], value);
    const alarms: Opened['alarms'] = [];
    const alarm = (message: string, details = {}): unknown => alarms.push({ message, ...details });
    const store = await openFilesStore(directory, { warn: () => {}, alarm });
    try {
      await action({ store, alarms }, logs);
    } finally {
      await store.close();
    }
  });
}

async function spoil(directory: string, database: string, { log }: Writer, value: string): Promise<void> {
  const root = open(`${directory}/loom.mdb`, {});
  const isById = database === 'ids';
  const raw = root.openDB<Buffer, Buffer | string>({
    name: database,
    encoding: 'binary',
    ...(isById && { keyEncoding: 'binary' }),
  });
  await raw.put(isById ? Buffer.from(log.id) : log.generation, Buffer.from(value));
  await root.close();
}

describe.each([
  ['sealed', true],
  ['interrupted', false],
])('a %s log with an unreadable record', (_, isSealed) => {
  it.each(BAD_VALUES)('the log hides no other log and can be deleted: %j', (value) =>
    withBadRecord(['logs', value], isSealed, async ({ store, alarms }, [one, two, three]) => {
      for (let round = 0; round < 2; round += 1) {
        const { logs } = await store.list({ limit: 10 });
        expect(logs.map(({ id }) => id)).toEqual([three.log.id, one.log.id]);
        await expectCode(store.info(two.log.id), 'STORE_DAMAGED');
        await expectCode(store.read(two.log, START, 1), 'STORE_DAMAGED');
        for (const mode of ['new', 'replace'] as const)
          await expectCode(store.create(two.log.id, { contentType: 'text/plain' }, mode), 'STORE_DAMAGED');
      }
      expect(alarms).toEqual([expect.objectContaining({ id: two.log.id })]);
      expect(await textOf(store, one.log)).toBe('one');

      expect(await removeLog(store, two.log.id)).toBe(true);
      expect(await store.info(two.log.id)).toBeUndefined();
      expect(await removeLog(store, two.log.id)).toBe(false);
      const again = await createLogOf(store, 'again');
      expect(await textOf(store, again.log)).toBe('again');
      await store.create(two.log.id, { contentType: 'text/plain' }, 'new');
      expect(await store.info(two.log.id)).toMatchObject({ tail: 0, state: 'open' });
    }),
  );

  it('the log does not block the janitor, and nothing is due after its deletion', () =>
    withBadRecord(['logs', '{'], isSealed, async ({ store }, [one, two, three]) => {
      const later = Date.now() + 3_600_000;
      const kind = isSealed
        ? ({ kind: 'sealed', before: later } as const)
        : ({ kind: 'overdue', now: later } as const);
      expect((await store.due(kind, 1)).map(({ id }) => id)).toEqual([one.log.id]);
      expect((await store.due(kind, 10)).map(({ id }) => id)).toEqual([one.log.id, three.log.id]);
      await removeLog(store, two.log.id);
      const options = { intervalMs: 1, maxAgeMs: 1, report: () => {} };
      await sweep(store, options, new AbortController().signal, later);
      expect(await store.due({ kind: 'overdue', now: later }, 10)).toEqual([]);
    }));
});

describe('another unreadable entry of a log', () => {
  it.each(['', '{"id":', '5', '{}'])(
    'an unreadable entry in the order leaves the list complete: %j',
    (value) =>
      withBadRecord(['order', value], true, async ({ store }, [one, two, three]) => {
        const ids = [three, two, one].map(({ log }) => log.id);
        expect((await store.list({ limit: 10 })).logs.map(({ id }) => id)).toEqual(ids);
        const { logs, next } = await store.list({ limit: 1, state: 'closed', prefix: 'log-' });
        expect(logs.map(({ id }) => id)).toEqual(ids.slice(0, 1));
        const rest = await store.list({ limit: 10, ...(next !== undefined && { cursor: next }) });
        expect(rest.logs.map(({ id }) => id)).toEqual(ids.slice(1));
        expect(await removeLog(store, two.log.id)).toBe(true);
        expect((await store.list({ limit: 10 })).logs).toHaveLength(2);
      }),
  );

  it.each(['', '{', '7'])(
    'an unreadable entry under an id blocks only that id until its deletion: %j',
    (value) =>
      withBadRecord(['ids', value], true, async ({ store, alarms }, [one, two]) => {
        await expectCode(store.info(two.log.id), 'STORE_DAMAGED');
        expect(await store.info(one.log.id)).toBeDefined();
        expect((await store.list({ limit: 10 })).logs).toHaveLength(3);
        expect(alarms).toEqual([expect.objectContaining({ id: two.log.id })]);
        expect(await removeLog(store, two.log.id)).toBe(true);
        expect(await store.info(two.log.id)).toBeUndefined();
        expect((await store.list({ limit: 10 })).logs).toHaveLength(2);
      }),
  );

  it('a purge of a readable or unknown log removes nothing', () =>
    withBadRecord(['logs', '{'], true, async ({ store }, [one]) => {
      expect(await store.purge(one.log.id)).toBe(false);
      expect(await store.purge(uniqueId())).toBe(false);
      expect(await textOf(store, one.log)).toBe('one');
      expect(await store.info(parseLogId('none'))).toBeUndefined();
    }));
});
