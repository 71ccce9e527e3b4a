import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogInfo, Writer } from '../../../src/core/log/log';
import { writerOf } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import { FactsDatabase } from '../../../src/storage/files/facts/facts-database';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { at, bytes, textOf, uniqueId } from '../../contract/logs';
import { fileOf, infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

const JSON_LOG = { contentType: 'application/json', framing: 'json' } as const;
const LIMITS = { logBytesMax: 1e6, producersMax: 10 };
const FIRST = '{"a":1}\n';
const SECOND = '{"b":"two"}\n';

/** A JSON log with two messages of 8 and 12 bytes. */
function withMessages(directory: string): Promise<Writer> {
  return withStore(directory, async (store) => {
    const { info } = await store.create(uniqueId(), JSON_LOG, 'new');
    for (const message of [FIRST, SECOND]) await append(store, info, message);
    return writerOf(info);
  });
}

function append(store: LogStore, log: LogInfo, text: string): Promise<unknown> {
  return store.commit(log, { chunks: bytes(text) }, LIMITS);
}

async function reboot(directory: string): Promise<void> {
  const facts = new FactsDatabase(`${directory}/loom.mdb`, true);
  await facts.storeMeta.noteBoot(1);
  await facts.close();
}

async function cutBytes(directory: string): Promise<string[]> {
  const folder = join(directory, 'cut');
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map(async (name) => (await readFile(join(folder, name))).toString()));
}

describe('a JSON log whose file was cut', () => {
  it.each([
    [12, 8, ['{"b"']],
    [8, 8, []],
    [19, 8, ['{"b":"two"}']],
    [5, 0, ['{"a":']],
    [0, 0, []],
  ])('a log cut to %i bytes continues at %i, after its last whole message', (size, end, aside) =>
    withDirectory(async (directory) => {
      const { log, ...writer } = await withMessages(directory);
      await truncate(fileOf(directory, { log, ...writer }), size);
      await withStore(directory, async (store, warnings) => {
        const moved =
          aside.length > 0 ? [expect.stringMatching(/are a part of a message; they were moved/)] : [];
        expect(warnings.splice(0)).toEqual([
          ...moved,
          expect.stringContaining(`lost the bytes ${end} to 20`),
        ]);
        const info = await infoOf(store, log.id);
        expect(info).toMatchObject({ tail: end, losses: [{ number: 1, from: end, to: 20 }] });
        await append(store, info, '"new"\n');
        expect(await textOf(store, log)).toBe(`${FIRST.slice(0, end)}"new"\n`);
      });
      expect(await cutBytes(directory)).toEqual(aside);
    }),
  );

  it('a log and its fork continue after their last whole message after a power cut', () =>
    withDirectory(async (directory) => {
      const { log, ...writer } = await withMessages(directory);
      const fork = await withStore(directory, async (store) => {
        const source = await infoOf(store, log.id);
        const { info } = await store.create(uniqueId(), { ...JSON_LOG, fork: { source, at: at(20) } }, 'new');
        return writerOf(info);
      });
      await reboot(directory);
      for (const cut of [{ log, ...writer }, fork]) await truncate(fileOf(directory, cut), 15);
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toHaveLength(4);
        for (const each of [log, fork.log]) {
          expect(await infoOf(store, each.id)).toMatchObject({ tail: 8, losses: [{ from: 8, to: 20 }] });
          expect(await textOf(store, each)).toBe(FIRST);
        }
      });
    }));

  it('a log that an earlier version cut within a message is repaired', () =>
    withDirectory(async (directory) => {
      const { log, ...writer } = await withMessages(directory);
      const facts = new FactsDatabase(`${directory}/loom.mdb`, true);
      const before = facts.get(log.generation);
      if (before === undefined) throw new Error('the log is there');
      const info = { ...before.info, tail: at(12), losses: [{ number: 1, from: at(12), to: at(20), at: 1 }] };
      await facts.write([{ before, after: { ...before, info } }]);
      await facts.close();
      await truncate(fileOf(directory, { log, ...writer }), 12);
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toHaveLength(2);
        expect(await infoOf(store, log.id)).toMatchObject({
          tail: 8,
          losses: [{ number: 1 }, { from: 8, to: 12 }],
        });
      });
    }));
});

it('a JSON log that is recovered with older facts continues after its last whole message', () =>
  withDirectory(async (directory) => {
    const { log, ...writer } = await withMessages(directory);
    const facts = new FactsDatabase(`${directory}/loom.mdb`, true);
    const before = facts.get(log.generation);
    if (before === undefined) throw new Error('the log is there');
    await facts.write([{ before, after: { ...before, info: { ...before.info, tail: at(8) } } }]);
    await facts.storeMeta.noteJournal(0);
    await facts.close();
    const file = fileOf(directory, { log, ...writer });
    await truncate(file, 19);
    await recoverFilesStore(directory, () => {});
    expect((await stat(file)).size).toBe(8);
    await withStore(directory, async (store) => expect(await textOf(store, log)).toBe(FIRST));
  }));
