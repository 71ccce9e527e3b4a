import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type Writer, writerOf } from '../../../src/core/log/log';
import type { LogNews } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import type { FilesStoreOptions } from '../../../src/storage/files/options';
import {
  at,
  attach,
  bytes,
  createLogOf,
  expectCode,
  readAll,
  seal,
  textOf,
  uniqueId,
} from '../../contract/logs';
import { openFilesStore } from '../../support/open-stores';
import { fileOf, infoOf } from './opened-store';
import { withDirectory } from './temporary-directory';

const LIMITS = { logBytesMax: 1e6, producersMax: 10 };
const LOST = {
  code: 'STORE_DAMAGED',
  lost: { from: 5, to: 10 },
  message: expect.stringContaining('bytes 5 to 10'),
};

interface Open {
  readonly directory: string;
  readonly store: LogStore;
  readonly alarms: readonly string[];
}

/** A store that keeps one file open at a time: to use one log closes the file of the other. */
async function withOpen(
  action: (open: Open) => Promise<unknown>,
  options: Partial<FilesStoreOptions> = {},
): Promise<void> {
  await withDirectory(async (directory) => {
    const alarms: string[] = [];
    const alarm = (message: string): unknown => alarms.push(message);
    const store = await openFilesStore(directory, { warn: () => {}, alarm, openFiles: 1, ...options });
    try {
      await action({ directory, store, alarms });
    } finally {
      await store.close();
    }
  });
}

function commit(store: LogStore, { log }: Writer, text: string): Promise<unknown> {
  return store.commit(log, { chunks: bytes(text) }, LIMITS);
}

async function committed(store: LogStore, text: string): Promise<Writer> {
  const { info } = await store.create(uniqueId(), { contentType: 'text/plain' }, 'new');
  await commit(store, writerOf(info), text);
  return writerOf(info);
}

async function restarted(directory: string, { log }: Writer): Promise<unknown> {
  const store = await openFilesStore(directory, { warn: () => {} });
  try {
    return { text: await textOf(store, log), ...(await infoOf(store, log.id)) };
  } finally {
    await store.close();
  }
}

describe('an open log whose file is cut under the running store', () => {
  it('the log continues at its new end after a read, and its producer must attach again', () =>
    withOpen(async ({ directory, store, alarms }) => {
      const writer = await createLogOf(store, 'AAAAABBBBB');
      await truncate(fileOf(directory, writer), 5);
      const news: LogNews[] = [];
      store.watch(writer.log, at(10), (each) => news.push(each));
      await expect(readAll(store, writer.log)).rejects.toMatchObject(LOST);
      expect(news).toEqual([{ kind: 'lost', loss: expect.objectContaining({ number: 1, from: 5, to: 10 }) }]);
      expect(alarms).toEqual([expect.stringContaining('has lost its bytes 5 to 10')]);
      await expect(store.append(writer, at(10), bytes('CCCCC'))).rejects.toMatchObject(LOST);
      await expect(seal(store, writer)).rejects.toMatchObject(LOST);
      expect(await infoOf(store, writer.log.id)).toMatchObject({ tail: 5, state: 'interrupted' });
      const again = await attach(store, writer.log);
      await expectCode(store.append(writer, at(5), bytes('DDDDD')), 'LOG_FENCED');
      await store.append(again, at(5), bytes('EEEEE'));
      await seal(store, again);
      expect(await textOf(store, writer.log)).toBe('AAAAAEEEEE');
      await store.close();
      expect(await restarted(directory, writer)).toMatchObject({
        text: 'AAAAAEEEEE',
        outcome: { kind: 'complete' },
        losses: [{ number: 1, from: 5, to: 10 }],
      });
    }));

  it('the log has one loss after a restart, although more of it was synced', () =>
    withOpen(
      async ({ directory, store }) => {
        const writer = await createLogOf(store, 'AAAAABBBBB');
        await store.close();
        const second = await openFilesStore(directory, { warn: () => {}, syncInterval: 600_000 });
        await truncate(fileOf(directory, writer), 5);
        await expect(readAll(second, writer.log)).rejects.toMatchObject(LOST);
        await second.close();
        expect(await restarted(directory, writer)).toMatchObject({ tail: 5, losses: [{ number: 1 }] });
      },
      { syncInterval: 600_000 },
    ));

  it('reads behind the loss and reads up to the old end fail with the lost range', () =>
    withOpen(async ({ directory, store }) => {
      const writer = await committed(store, 'AAAAABBBBB');
      await truncate(fileOf(directory, writer), 5);
      await Promise.all(
        [at(10), at(7)].map((until) =>
          expect(store.read(writer.log, at(0), 1, until)).rejects.toMatchObject(LOST),
        ),
      );
      await expect(store.read(writer.log, at(8), 1)).rejects.toMatchObject(LOST);
      await expect(store.read(writer.log, at(11), 1)).rejects.toThrow(RangeError);
    }));

  it('the log accepts commits once a read has found the loss', () =>
    withOpen(async ({ directory, store }) => {
      const writer = await committed(store, 'AAAAABBBBB');
      await truncate(fileOf(directory, writer), 5);
      await expect(readAll(store, writer.log)).rejects.toMatchObject(LOST);
      await commit(store, writer, 'CCCCC');
      expect(await textOf(store, writer.log)).toBe('AAAAACCCCC');
      expect(await infoOf(store, writer.log.id)).toMatchObject({ tail: 10, losses: [{ from: 5, to: 10 }] });
    }));

  it.each(['commit', 'append'] as const)('one %s that opens the file fails with the lost range', (how) =>
    withOpen(async ({ directory, store }) => {
      const writer = await (how === 'commit' ? committed : createLogOf)(store, 'AAAAABBBBB');
      await committed(store, 'another log');
      await truncate(fileOf(directory, writer), 5);
      const write =
        how === 'commit' ? commit(store, writer, 'CCCCC') : store.append(writer, at(10), bytes('CCCCC'));
      await expect(write).rejects.toMatchObject(LOST);
      expect(await infoOf(store, writer.log.id)).toMatchObject({ tail: 5, losses: [{ from: 5, to: 10 }] });
      expect(await textOf(store, writer.log)).toBe('AAAAA');
    }),
  );

  it('a fork fails with the lost range', () =>
    withOpen(async ({ directory, store }) => {
      const writer = await committed(store, 'AAAAABBBBB');
      await truncate(fileOf(directory, writer), 5);
      const fork = { source: writer.log, at: at(10) };
      await expect(
        store.create(uniqueId(), { contentType: 'text/plain', fork }, 'new'),
      ).rejects.toMatchObject(LOST);
      expect(await infoOf(store, writer.log.id)).toMatchObject({ tail: 5, losses: [{ from: 5, to: 10 }] });
    }));

  it('a JSON log continues after its last whole message', () =>
    withOpen(async ({ directory, store }) => {
      const init = { contentType: 'application/json', framing: 'json' } as const;
      const { info } = await store.create(uniqueId(), init, 'new');
      const writer = writerOf(info);
      await commit(store, writer, '{"a":1}\n');
      await commit(store, writer, '{"b":2}\n');
      await truncate(fileOf(directory, writer), 12);
      await expect(readAll(store, writer.log)).rejects.toMatchObject({ lost: { from: 8, to: 16 } });
      await commit(store, writer, '"new"\n');
      expect(await textOf(store, writer.log)).toBe('{"a":1}\n"new"\n');
      expect(await readdir(join(directory, 'cut'))).toHaveLength(1);
    }));
});

it('an open log whose file is missing refuses reads and commits and records no loss', () =>
  withOpen(async ({ directory, store }) => {
    const writer = await committed(store, 'AAAAABBBBB');
    await committed(store, 'another log');
    await rm(fileOf(directory, writer));
    const missing = { code: 'STORE_DAMAGED', message: expect.stringContaining('has lost its bytes 0 to 10') };
    await expect(commit(store, writer, 'CCCCC')).rejects.toMatchObject(missing);
    await expect(readAll(store, writer.log)).rejects.toMatchObject(missing);
    expect(await infoOf(store, writer.log.id)).not.toHaveProperty('losses');
  }));
