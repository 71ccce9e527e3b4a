import { statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { generateGeneration } from '../../../../src/core/log/log-id';
import { Layout } from '../../../../src/storage/files/disk/layout';
import { LogTimes } from '../../../../src/storage/files/times/log-times';
import { RECORD_BYTES } from '../../../../src/storage/files/times/mark-records';
import type { TimedLog } from '../../../../src/storage/files/times/times-view';
import { at } from '../../../contract/logs';
import { TestClock } from '../../../contract/timed';
import { withDirectory } from '../temporary-directory';
import { until } from '../until';

const T = 1_764_000_000_000;
const INTERVAL = 1_000;
/** How many intervals a mark waits for others at most, and the one in which it becomes a mark. */
const WAIT = 33;

const clock = new TestClock();

/** The intervals of the writer, and nothing else: `until` and the disk go on by themselves. */
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setInterval'],
  });
});
afterEach(() => {
  jest.useRealTimers();
  clock.restore();
  jest.restoreAllMocks();
});

interface SlowLogs {
  readonly times: LogTimes;
  readonly logs: readonly TimedLog[];
  /** How many marks are in the sidecar of each log. */
  written(): readonly number[];
  /** Each log has an append, and an interval passes. */
  pass(): Promise<void>;
}

async function withSlowLogs(count: number, action: (slow: SlowLogs) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => {
    const layout = new Layout(directory);
    const times = new LogTimes(layout, INTERVAL, (message) => {
      throw new Error(message);
    });
    const logs = Array.from({ length: count }, () => emptyLog());
    const paths = logs.map(({ generation }) => layout.timesOf(generation));
    for (const path of paths) await fs.mkdir(dirname(path), { recursive: true });
    const marks = await Promise.all(logs.map((log) => times.of(log)));
    let seconds = 0;
    const pass = async (): Promise<void> => {
      seconds += 1;
      clock.set(T + seconds * INTERVAL);
      for (const each of marks) each.note(at(seconds), Date.now());
      // A file may be written before the writer is done with its interval, and the next one has not begun then.
      if (seconds > 1) await until(() => jest.getTimerCount() > 0);
      jest.advanceTimersByTime(INTERVAL);
      // The next interval begins when everything is written.
      if (seconds > 1 && count > 10) await until(() => jest.getTimerCount() > 0);
    };
    await action({ times, logs, pass, written: () => paths.map(recordsIn) });
  });
}

function emptyLog(): TimedLog {
  return { generation: generateGeneration(), tail: at(0), updatedAt: T };
}

function recordsIn(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / RECORD_BYTES;
}

describe('the marks of logs with an append per second', () => {
  it('are written many at a time if there are many such logs, and none waits for long', () =>
    withSlowLogs(300, async ({ pass, written, times }) => {
      const open = jest.spyOn(fs, 'open');
      for (let second = 1; second <= 70; second += 1) {
        await pass();
        if (second % 10 === 0) expect(Math.min(...written())).toBeGreaterThanOrEqual(second - WAIT - 1);
      }
      expect(open.mock.calls.length).toBeLessThan((300 * 70) / 15);
      await times.close();
      expect(new Set(written())).toEqual(new Set([69]));
    }));

  it('are written in each interval if there are few such logs', () =>
    withSlowLogs(3, async ({ pass, written, times }) => {
      for (let second = 1; second <= 5; second += 1) {
        await pass();
        await until(() => written().every((records) => records === second - 1));
      }
      await times.close();
    }));

  it('are written at once when a log ends', () =>
    withSlowLogs(300, async ({ pass, written, times, logs }) => {
      for (let second = 1; second <= 20; second += 1) await pass();
      const open = written().indexOf(0);
      const log = { ...(logs[open] ?? emptyLog()), tail: at(20) };
      await times.settle(log, { updatedAt: Date.now() + 9_000, state: 'closed' });
      await until(() => written()[open] === 20);
      await times.close();
    }));
});
