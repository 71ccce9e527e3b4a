import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writerOf } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import { at, bytes, createLog, createLogOf, expectCode, readAll, seal, uniqueId } from '../../contract/logs';
import { infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

describe('a restart of a store', () => {
  it('sealed logs keep their bytes, metadata, outcomes, times and order', () =>
    withDirectory(async (directory) => {
      const before = await withStore(directory, async (store) => {
        for (const name of ['one', 'zwei 💡', 'three']) {
          const id = uniqueId(name);
          const writer = await createLog(
            store,
            { metadata: JSON.parse(`{"name":"${name}","__proto__":{"own":true}}`), producerKey: 'k' },
            id,
          );
          await store.append(writer, START, bytes(`bytes of ${name}`));
          await seal(store, writer);
        }
        return store.list({ limit: 10 });
      });
      await withStore(directory, async (store) => {
        // As text: a comparison of objects would not see an own member of the name `__proto__`.
        expect(JSON.stringify(await store.list({ limit: 10 }))).toBe(JSON.stringify(before));
        for (const log of before.logs) {
          const { bytes: content, end } = await readAll(store, log);
          expect(content.toString()).toMatch(/^bytes of (one|zwei 💡|three)$/);
          expect(end).toEqual({ kind: 'complete' });
        }
        const due = await store.due({ kind: 'sealed', before: Date.now() + 1 }, 10);
        const times = due.map(({ updatedAt }) => updatedAt);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(due.map(({ id }) => id).sort()).toEqual(before.logs.map(({ id }) => id).sort());
      });
    }));

  it('unsealed logs are interrupted at their tail, and their grace starts again', () =>
    withDirectory(async (directory) => {
      const { writer, released } = await withStore(directory, async (store) => {
        const left = await createLogOf(store, 'left');
        await store.change(left.log, { kind: 'release', epoch: left.epoch, state: 'open' });
        return { writer: await createLogOf(store, 'written'), released: left };
      });
      await withStore(directory, async (store) => {
        const start = Date.now();
        expect(await infoOf(store, writer.log.id)).toMatchObject({ state: 'interrupted', tail: 7, epoch: 2 });
        expect(await infoOf(store, released.log.id)).toMatchObject({
          state: 'interrupted',
          tail: 4,
          epoch: 2,
        });
        await expectCode(store.append(writer, at(7), bytes('!')), 'LOG_FENCED');
        const graceMs = 600_000;
        expect(await store.due({ kind: 'overdue', now: start + graceMs - 10_000 }, 10)).toEqual([]);
        expect(await store.due({ kind: 'overdue', now: start + graceMs + 10_000 }, 10)).toHaveLength(2);
        const again = writerOf(await store.change(writer.log, { kind: 'attach', graceMs }));
        expect(again.epoch).toBe(3);
        expect(await store.append(again, at(7), bytes(' on'))).toBe(10);
        expect((await readAll(store, writer.log)).bytes.toString()).toBe('written on');
      });
    }));

  it('a log without bytes is empty and accepts bytes', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLog(store));
      await withStore(directory, async (store) => {
        expect(await infoOf(store, writer.log.id)).toMatchObject({ state: 'interrupted', tail: 0 });
        const again = writerOf(await store.change(writer.log, { kind: 'attach', graceMs: 1 }));
        expect(await store.append(again, START, bytes('first'))).toBe(5);
      });
    }));

  it('a removed log stays removed, and simultaneous creates respect logsMax', () =>
    withDirectory(async (directory) => {
      const options = { logsMax: 2 };
      const gone = await withStore(
        directory,
        async (store) => {
          const writer = await createLogOf(store, 'gone');
          await createLog(store);
          await store.change(writer.log, { kind: 'remove', outcome: { kind: 'deleted' } });
          return writer;
        },
        options,
      );
      await withStore(
        directory,
        async (store) => {
          expect(await store.info(gone.log.id)).toBeUndefined();
          await expectCode(store.read(gone.log, START, 10), 'LOG_GONE');
          const rivals = await Promise.allSettled([1, 2, 3, 4].map(() => createLog(store)));
          expect(rivals.map(({ status }) => status).sort()).toEqual([
            'fulfilled',
            ...['rejected', 'rejected', 'rejected'],
          ]);
          await expectCode(createLog(store), 'LOGS_TOO_MANY');
        },
        options,
      );
    }));

  it('a store of a later version is refused', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async () => {});
      const { open } = await import('lmdb');
      const root = open({ path: join(directory, 'loom.mdb'), encoding: 'json' });
      await root.openDB({ name: 'about', encoding: 'json' }).put('format', 99);
      await root.close();
      await expect(withStore(directory, async () => {})).rejects.toThrow(/format 99/);
      // The lock is free again: what was refused is the format, twice.
      await expect(withStore(directory, async () => {})).rejects.toThrow(/format 99/);
    }));

  it('a foreign file beside the logs is left alone', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, 'x'));
      const note = join(directory, 'logs', writer.log.generation.slice(-2), 'notes.txt');
      await writeFile(note, 'mine');
      await withStore(directory, async () => {});
      await expect(writeFile(note, 'mine', { flag: 'r+' })).resolves.toBeUndefined();
    }));
});
