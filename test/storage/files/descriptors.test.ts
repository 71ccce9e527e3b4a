import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { START } from '../../../src/core/log/offset';
import { createLog, readAll } from '../../contract/logs';
import { withStore } from './opened-store';
import { patternAt } from './pattern';
import { withDirectory } from './temporary-directory';

const LOGS = 2_000;
const OPEN_FILES_MAX = 16;

describe('the descriptors of a store', () => {
  it(`a store with openFiles ${OPEN_FILES_MAX} has few descriptors while ${LOGS} logs are used at once`, () =>
    withDirectory((directory) =>
      withStore(
        directory,
        async (store) => {
          const writers = await Promise.all(Array.from({ length: LOGS }, () => createLog(store)));
          let most = 0;
          const look = (): void => {
            most = Math.max(most, openLogsIn(directory));
          };
          for (const from of [0, 500]) {
            await Promise.all(
              writers.map(async (writer, n) => {
                const tail = from === 0 ? START : (await store.read(writer.log, START, 1_000)).next;
                await store.append(writer, tail, [patternAt(from, 500)]);
                if (n % 50 === 0) look();
              }),
            );
          }
          expect(most).toBeGreaterThan(1);
          // Those being closed are still in the kernel's list for a moment.
          expect(most).toBeLessThanOrEqual(2 * OPEN_FILES_MAX);
          look();
          for (const writer of writers.slice(0, 100)) {
            expect((await readAll(store, writer.log)).bytes.equals(patternAt(0, 1_000))).toBe(true);
          }
        },
        { openFiles: OPEN_FILES_MAX },
      ),
    ));
});

/** How many files of logs this process has open, by the kernel's own account. */
function openLogsIn(directory: string): number {
  const logs = join(directory, 'logs');
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(logs);
    } catch {
      // Closed since the list was made.
      return false;
    }
  }).length;
}
