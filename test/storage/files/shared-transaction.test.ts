import type { JsonValue } from '../../../src/core/json/json';
import type { LogStore } from '../../../src/core/store/store';
import { commit, createOpenLog } from '../../contract/commits';
import { at, textOf, uniqueId } from '../../contract/logs';
import { withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

describe('a shared transaction', () => {
  it('creates succeed although the facts of another log in the same turn cannot be written', () =>
    withDirectory(async (directory) => {
      const { before, broken, after } = await withStore(directory, async (store) => {
        const [before, broken, after] = [uniqueId(), uniqueId(), uniqueId()];
        const made = await Promise.allSettled([
          createOpenLog(store, {}, before),
          createOpenLog(store, { metadata: tooDeep(), graceMs: 1 }, broken),
          createOpenLog(store, {}, after),
        ]);
        expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        for (const id of [before, after]) expect(await appendedTo(store, id)).toBe('abc');
        return { before, broken, after };
      });
      await withStore(directory, async (store) => {
        for (const id of [before, after]) expect(await store.info(id)).toMatchObject({ tail: at(3) });
        expect(await store.info(broken)).toBeUndefined();
        expect(await store.due({ kind: 'overdue', now: Number.MAX_SAFE_INTEGER - 1 }, 10)).toEqual([]);
      });
    }));
});

async function appendedTo(store: LogStore, id: ReturnType<typeof uniqueId>): Promise<string> {
  const log = await store.info(id);
  if (log === undefined) throw new Error(`there is no log ${id}`);
  await commit(store, log, 'abc');
  return textOf(store, log);
}

/** JSON that can be read, and not be written: that takes a stack frame for each level. */
function tooDeep(): JsonValue {
  const levels = 100_000;
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}
