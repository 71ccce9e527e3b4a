import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { generateGeneration } from '../../../../src/core/log/log-id';
import { Layout } from '../../../../src/storage/files/disk/layout';
import { LogTimes } from '../../../../src/storage/files/times/log-times';
import type { TimedLog } from '../../../../src/storage/files/times/times-view';
import { at } from '../../../contract/logs';
import { withDirectory } from '../temporary-directory';
import { until } from '../until';

const WINDOW = 64 << 10;
const T = 1_764_000_000_000;

afterEach(() => jest.restoreAllMocks());

/** A log with as many full windows. */
async function grow(times: LogTimes, log: TimedLog, windows: number): Promise<void> {
  const marks = await times.of(log);
  for (let i = 1; i <= windows; i += 1) {
    marks.note(at(i * WINDOW), T + i);
    await nextTurn();
  }
}

function emptyLog(): TimedLog {
  return { generation: generateGeneration(), tail: at(0), updatedAt: T };
}

function diskFull(syscall: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device, ${syscall}`), { code: 'ENOSPC', syscall });
}

describe('a sidecar that cannot be written', () => {
  it('is tried again in the rhythm of the syncs, and about every 32 MiB, not with each mark', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      const log = emptyLog();
      await fs.mkdir(layout.timesOf(log.generation), { recursive: true });
      const times = new LogTimes(layout, 600_000, () => {});
      const open = jest.spyOn(fs, 'open');
      await grow(times, log, 5_000);
      expect(open.mock.calls.length).toBeGreaterThan(0);
      expect(open.mock.calls.length).toBeLessThan(20);
    }));

  it('is warned about if the disk has room for bytes and none for new files', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      const warnings: string[] = [];
      const times = new LogTimes(layout, 5, (message) => warnings.push(message));
      jest.spyOn(fs, 'open').mockRejectedValue(diskFull('open'));
      await grow(times, emptyLog(), 3);
      await until(() => warnings.length > 0);
      await grow(times, emptyLog(), 3);
      await times.close();
      expect(warnings).toEqual([expect.stringContaining('ENOSPC')]);
    }));

  it('is not warned about if the disk is full, because producers get that error', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      const warnings: string[] = [];
      const times = new LogTimes(layout, 600_000, (message) => warnings.push(message));
      const open = jest.spyOn(fs, 'open').mockRejectedValue(diskFull('write'));
      await grow(times, emptyLog(), 3);
      await times.close();
      expect(open).toHaveBeenCalled();
      expect(warnings).toEqual([]);
    }));

  it('is warned about once although other sidecars are written', () =>
    withDirectory(async (directory) => {
      const layout = new Layout(directory);
      const warnings: string[] = [];
      const times = new LogTimes(layout, 5, (message) => warnings.push(message));
      const [bad, good] = [emptyLog(), emptyLog()];
      await fs.mkdir(layout.timesOf(bad.generation), { recursive: true });
      await fs.mkdir(dirname(layout.timesOf(good.generation)), { recursive: true });
      const open = jest.spyOn(fs, 'open');
      await grow(times, bad, 3);
      const marks = await times.of(good);
      let windows = 0;
      await until(() => {
        windows += 1;
        marks.note(at(windows * WINDOW), T + windows);
        return open.mock.calls.length > 40;
      });
      expect(warnings).toHaveLength(1);
      await times.close();
    }));
});
