import type { LogRef } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import { createLogOf, seal, uniqueId } from '../../contract/logs';
import { withMachine } from './machine';
import { infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

const startMachine = withMachine();
const HOUR = 3_600_000;
const TTL = 600_000;

/** A log that is sealed, and one that expires when it is idle. */
async function createBoth(store: LogStore): Promise<readonly LogRef[]> {
  const sealed = await createLogOf(store, 'sealed');
  await seal(store, sealed);
  const expiry = { kind: 'idle', ttlMs: TTL } as const;
  const { info } = await store.create(uniqueId(), { contentType: 'text/plain', expiry }, 'new');
  return [sealed.log, info];
}

function setClock(byMs: number): void {
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
}

describe('a clock that was set while the store was closed', () => {
  afterEach(() => {
    jest.mocked(Date.now).mockRestore?.();
  });

  it.each([
    ['forward', 2 * HOUR],
    ['back', -2 * HOUR],
  ])('no log is due early if the clock was set %s', (way, byMs) =>
    withDirectory(async (directory) => {
      const logs = await withStore(directory, createBoth);
      setClock(byMs);
      for (const warns of [true, false])
        await withStore(directory, async (store, warnings) => {
          const warning = `The clock of the system was set 7200 s ${way} while the store was closed`;
          expect(warnings.splice(0)).toEqual(warns ? [expect.stringContaining(warning)] : []);
          const now = store.now();
          expect(Math.abs(now + byMs - Date.now())).toBeLessThan(TTL);
          expect(await store.due({ kind: 'sealed', before: now - TTL }, 10)).toEqual([]);
          expect(await store.due({ kind: 'expired', now }, 10)).toEqual([]);
          for (const { id } of logs) expect(await infoOf(store, id)).toMatchObject({ id });
          // What is due is so for the clock of the store.
          expect(await store.due({ kind: 'sealed', before: now + TTL }, 10)).toHaveLength(1);
        });
    }),
  );

  it('a store uses the new clock after a reboot', () =>
    withDirectory(async (directory) => {
      await withStore(directory, createBoth);
      setClock(2 * HOUR);
      startMachine();
      for (let round = 0; round < 2; round += 1)
        await withStore(directory, async (store) =>
          expect(Math.abs(store.now() - Date.now())).toBeLessThan(TTL),
        );
    }));
});
