import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseLogId } from '../../../../src/core/log/log-id';
import { infoOf } from '../../../contract/logs';
import { expectRising, readTimes } from '../../../contract/timed';
import { takeCuts, withStore } from '../opened-store';
import { withRunningStore } from '../running-store';
import { withDirectory } from '../temporary-directory';
import { until } from '../until';

const ROUNDS = 4;
const LOGS = 3;
const SAID = 60;

describe('a kill -9 of a process that appends', () => {
  it('leaves times that never go back, of all bytes, between its start and its end', () =>
    withDirectory(async (directory) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const sub = join(directory, String(round));
        const before = Date.now();
        await withRunningStore([sub, LOGS], async (running) => {
          await running.untilLines(SAID);
          // A kill before the first marks are written, and one after that.
          if (round % 2 === 1) await until(() => hasTimes(sub));
          await running.kill();
        });
        const after = Date.now();
        await withStore(sub, async (store, warnings) => {
          takeCuts(warnings);
          for (let n = 0; n < LOGS; n += 1) {
            const info = await infoOf(store, parseLogId(`log-${n}`));
            const times = await readTimes(store, info);
            expect(times).toHaveLength(info.tail);
            expectRising(times);
            expect(times[0]).toBeGreaterThanOrEqual(before);
            expect(times.at(-1)).toBeLessThanOrEqual(after);
          }
        });
      }
    }));
});

function hasTimes(directory: string): boolean {
  const names = readdirSync(join(directory, 'logs'), { recursive: true, encoding: 'utf8' });
  return names.some((name) => name.endsWith('.times'));
}
