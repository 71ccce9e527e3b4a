import { existsSync } from 'node:fs';
import { appendFile, copyFile, readdir, stat } from 'node:fs/promises';
import { open } from 'lmdb';
import { writerOf } from '../../../src/core/log/log';
import { generateGeneration } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import { ProducerStates } from '../../../src/storage/files/facts/producer-states';
import { commit, createOpenLog, mark, remove } from '../../contract/commits';
import {
  at,
  attach,
  bytes,
  createLogOf,
  expectCode,
  infoOf as logOf,
  textOf,
  uniqueId,
} from '../../contract/logs';
import { fileOf, infoOf, takeCuts, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';
import { until } from './until';

const HOUR = 3_600_000;

describe('a restart of a store with commits', () => {
  it('an open log keeps its facts, its producers and its sequence', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, async (store) => {
        const created = await createOpenLog(store, { framing: 'json' });
        await commit(store, created, 'abc', { producer: mark(0), sequence: 'b' });
        return logOf(store, created.id);
      });
      await withStore(directory, async (store) => {
        expect(await infoOf(store, log.id)).toEqual(log);
        expect(await commit(store, log, 'abc', { producer: mark(0) })).toMatchObject({ how: 'duplicate' });
        await expectCode(commit(store, log, 'x', { sequence: 'a' }), 'SEQUENCE_REGRESSED');
        expect(await commit(store, log, 'def', { producer: mark(1) })).toMatchObject({ tail: 6 });
        const due = await store.due({ kind: 'overdue', now: Date.now() + 1_000 * HOUR }, 10);
        expect(due).toEqual([]);
      });
    }));

  it('the producer that sealed a log is still known', () =>
    withDirectory(async (directory) => {
      const last = { producer: mark(0), seal: { kind: 'complete' } } as const;
      const log = await withStore(directory, async (store) => {
        const created = await createOpenLog(store);
        await commit(store, created, 'abc', last);
        return created;
      });
      await withStore(directory, async (store) => {
        expect(await commit(store, log, 'abc', last)).toMatchObject({
          how: 'duplicate',
          tail: 3,
          isSealed: true,
        });
      });
    }));

  it('bytes of an append are kept, and those of an unfinished commit are cut off', () =>
    withDirectory(async (directory) => {
      const [appended, committed] = await withStore(directory, async (store) => {
        const first = await createOpenLog(store);
        await commit(store, first, 'abc');
        const writer = await attach(store, first);
        await store.append(writer, at(3), bytes('def'));
        const second = await createLogOf(store, 'abc');
        await store.change(second.log, { kind: 'release', epoch: second.epoch, state: 'open' });
        await commit(store, second.log, 'def');
        return [writer, second] as const;
      });
      // A close writes nothing that a crash would not leave.
      await appendFile(fileOf(directory, appended), 'ghi');
      await appendFile(fileOf(directory, committed), 'ghi');
      await withStore(directory, async (store, warnings) => {
        expect(takeCuts(warnings)).toEqual([expect.stringContaining('the bytes 6 to 9 of its file')]);
        expect(await textOf(store, appended.log)).toBe('abcdefghi');
        expect(await textOf(store, committed.log)).toBe('abcdef');
        expect((await stat(fileOf(directory, committed))).size).toBe(6);
        expect(await infoOf(store, committed.log.id)).toMatchObject({ state: 'interrupted', tail: 6 });
      });
    }));

  it('bytes that a released writer appended after a commit are kept', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, async (store) => {
        const left = await createLogOf(store, 'abc');
        await store.change(left.log, { kind: 'release', epoch: left.epoch, state: 'open' });
        await commit(store, left.log, 'def');
        await store.append(left, at(6), bytes('ghi'));
        return left;
      });
      await withStore(directory, async (store) => expect(await textOf(store, writer.log)).toBe('abcdefghi'));
    }));

  it('an expiry continues, and forks keep the ids of their sources taken', () =>
    withDirectory(async (directory) => {
      const { source, fork } = await withStore(directory, async (store) => {
        const first = await createOpenLog(store, { first: { chunks: bytes('abc') } });
        const expiry = { kind: 'at', at: Date.now() + HOUR } as const;
        const second = await createOpenLog(store, { expiry, fork: { source: first, at: at(2) } });
        await remove(store, first);
        return { source: first, fork: second };
      });
      await withStore(directory, async (store) => {
        await expectCode(store.info(source.id), 'LOG_RETIRED');
        expect(await infoOf(store, fork.id)).toEqual(fork);
        const due = await store.due({ kind: 'expired', now: Date.now() + 2 * HOUR }, 10);
        expect(due).toEqual([fork]);
        await remove(store, fork);
        expect(await store.info(source.id)).toBeUndefined();
      });
      expect(await filesIn(directory)).toEqual([]);
    }));

  it('an id that a fork keeps taken counts towards logsMax', () =>
    withDirectory(async (directory) => {
      const options = { logsMax: 2 };
      const last = await withStore(
        directory,
        async (store) => {
          const first = await createOpenLog(store);
          const second = await createOpenLog(store, { fork: { source: first, at: at(0) } });
          await remove(store, first);
          await expectCode(createOpenLog(store, { fork: { source: second, at: at(0) } }), 'LOGS_TOO_MANY');
          return second;
        },
        options,
      );
      await withStore(
        directory,
        async (store) => {
          await expectCode(createOpenLog(store), 'LOGS_TOO_MANY');
          await remove(store, last);
          await createOpenLog(store);
          await createOpenLog(store);
          await expectCode(createOpenLog(store), 'LOGS_TOO_MANY');
        },
        options,
      );
    }));

  it('a refused fork leaves no file', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async (store) => {
        const source = await createOpenLog(store, { first: { chunks: bytes('abc') } });
        const fork = { contentType: 'text/plain', fork: { source, at: at(2) } };
        const id = uniqueId();
        const all = Array.from({ length: 10 }, () => store.create(id, fork, 'new'));
        const results = await Promise.allSettled(all);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await filesIn(directory)).toHaveLength(2);
      });
    }));

  it('a log that expires is gone, and its removal leaves no file', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, (store) =>
        createOpenLog(store, { expiry: { kind: 'at', at: Date.now() + 1 }, first: { chunks: bytes('abc') } }),
      );
      await withStore(directory, async (store) => {
        await until(() => Date.now() > (log.expiresAt ?? 0));
        expect(await store.info(log.id)).toBeUndefined();
        const outcome = { kind: 'expired' } as const;
        await store.change(log, { kind: 'remove', outcome, expiredAt: Date.now() });
      });
      expect(await filesIn(directory)).toEqual([]);
    }));

  it('the file of an unfinished fork is removed', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, (store) =>
        createOpenLog(store, { first: { chunks: bytes('abc') } }),
      );
      const file = fileOf(directory, writerOf(log));
      const generation = `${generateGeneration().slice(0, -2)}${log.generation.slice(-2)}`;
      const orphan = fileOf(directory, { log: { id: log.id, generation }, epoch: 1 });
      await copyFile(file, orphan);
      const [journal] = (await readdir(`${directory}/logs`)).filter((name) => name.endsWith('.jsonl'));
      await appendFile(`${directory}/logs/${journal}`, `${JSON.stringify({ making: generation })}\n`);
      await withStore(directory, async () => {});
      expect(existsSync(orphan)).toBe(false);
      expect(existsSync(file)).toBe(true);
    }));

  it('the producer states of a removed log are removed, even if the process died before that', () =>
    withDirectory(async (directory) => {
      const removeOneWithMany = async (store: LogStore): Promise<void> => {
        const log = await createOpenLog(store);
        const names = Array.from({ length: 700 }, (_, n) => `producer ${n}`);
        await Promise.all(names.map((name) => commit(store, log, 'x', { producer: mark(0, 0, name) })));
        await remove(store, log);
      };
      await withStore(directory, removeOneWithMany);
      expect(await producersIn(directory)).toBe(0);
      const died = jest.spyOn(ProducerStates.prototype, 'removeSome').mockReturnValue([]);
      await withStore(directory, removeOneWithMany);
      died.mockRestore();
      expect(await producersIn(directory)).toBe(700);
      await withStore(directory, async () => {});
      expect(await producersIn(directory)).toBe(0);
    }));

  it('a store of an earlier version is upgraded', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, 'abc'));
      await withRoot(directory, (root) => root.openDB({ name: 'about', encoding: 'json' }).put('format', 1));
      await withStore(directory, async (store) => expect(await textOf(store, writer.log)).toBe('abc'));
      await withRoot(directory, async (root) => {
        expect(root.openDB({ name: 'about', encoding: 'json' }).get('format')).toBe(3);
      });
    }));
});

async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(`${directory}/logs`, { recursive: true });
  return names.filter((name) => name.endsWith('.log'));
}

async function withRoot<T>(
  directory: string,
  action: (root: ReturnType<typeof open>) => Promise<T>,
): Promise<T> {
  const root = open(`${directory}/loom.mdb`, {});
  try {
    return await action(root);
  } finally {
    await root.close();
  }
}

function producersIn(directory: string): Promise<number> {
  return withRoot(directory, async (root) =>
    root.openDB({ name: 'producers', encoding: 'json' }).getKeysCount(),
  );
}
