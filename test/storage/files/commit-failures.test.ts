import { stat } from 'node:fs/promises';
import { FactsDatabase } from '../../../src/storage/files/facts/facts-database';
import type { FactsChange } from '../../../src/storage/files/facts/stored-facts';
import { commit, createOpenLog, mark } from '../../contract/commits';
import { at, attach, bytes, createLogOf, expectCode, infoOf, textOf } from '../../contract/logs';
import { fileOf, takeCuts, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

describe('a commit whose facts could not be stored', () => {
  it('a failed commit leaves nothing behind once a shorter one is stored', () =>
    withDirectory((directory) =>
      withStore(directory, async (store) => {
        const log = await createOpenLog(store);
        await commit(store, log, 'abc');
        const before = await infoOf(store, log.id);
        await withFactsOfCommitsFailing(async () => {
          const failing = commit(store, log, 'much longer', { producer: mark(0) });
          await expectCode(failing, 'STORE_UNAVAILABLE');
          // It was judged by what the one before it would have made of the log.
          const both = [1, 2].map((n) => commit(store, log, `${n}`, { producer: mark(n - 1) }));
          for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
        });
        expect(await infoOf(store, log.id)).toEqual(before);
        expect(await textOf(store, log)).toBe('abc');
        expect(await commit(store, log, 'd', { producer: mark(0) })).toMatchObject({
          how: 'stored',
          tail: 4,
        });
        expect((await stat(fileOf(directory, { log, epoch: 1 }))).size).toBe(4);
        expect(await textOf(store, log)).toBe('abcd');
      }),
    ));

  it('a failed commit does not become content when a producer attaches before the next append', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async (store) => {
        const log = await createOpenLog(store);
        await commit(store, log, 'abc');
        await withFactsOfCommitsFailing(() =>
          expectCode(commit(store, log, 'refused', { producer: mark(0) }), 'STORE_UNAVAILABLE'),
        );
        const writer = await attach(store, log);
        // What a kill would leave.
        expect((await stat(fileOf(directory, writer))).size).toBe(3);
        await store.append(writer, at(3), bytes('def'));
        expect(await textOf(store, log)).toBe('abcdef');
      });
    }));

  it('a failed commit is absent after a restart, even as the first one after a release', () =>
    withDirectory(async (directory) => {
      const again = { producer: mark(0) };
      const { log } = await withStore(directory, async (store) => {
        const writer = await createLogOf(store, 'abc');
        await store.change(writer.log, { kind: 'release', epoch: writer.epoch, state: 'open' });
        await withFactsOfCommitsFailing(() =>
          expectCode(commit(store, writer.log, 'def', again), 'STORE_UNAVAILABLE'),
        );
        expect((await stat(fileOf(directory, writer))).size).toBe(6);
        return writer;
      });
      await withStore(directory, async (store, warnings) => {
        expect(takeCuts(warnings)).toEqual([expect.stringContaining('the bytes 3 to 6 of its file')]);
        expect(await textOf(store, log)).toBe('abc');
        expect(await commit(store, log, 'def', again)).toMatchObject({ how: 'stored', tail: 6 });
        expect(await textOf(store, log)).toBe('abcdef');
      });
    }));
});

async function withFactsOfCommitsFailing(action: () => Promise<void>): Promise<void> {
  const write = FactsDatabase.prototype.write;
  const isOfCommit = ({ producers }: FactsChange): boolean => producers !== undefined;
  const failing = jest.spyOn(FactsDatabase.prototype, 'write').mockImplementation(function (
    this: FactsDatabase,
    steps,
    max,
  ) {
    if (steps.some(isOfCommit)) return Promise.reject(new Error('it fails'));
    return write.call(this, steps, max);
  });
  try {
    await action();
  } finally {
    failing.mockRestore();
  }
}
