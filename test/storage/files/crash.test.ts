import { LogError } from '../../../src/core/log/errors';
import { readAll } from '../../contract/logs';
import { infoOf, withStore } from './opened-store';
import { patternAt } from './pattern';
import { RunningStore, withRunningStore } from './running-store';
import { withDirectory } from './temporary-directory';

const LOGS = 4;

describe('a kill -9 of a store', () => {
  it.each([60, 400, 1_500])('every acknowledged byte is stored after a kill at %d lines', (lines) =>
    withDirectory(async (directory) => {
      const acknowledged = await withRunningStore([directory, LOGS], async (running) => {
        await running.untilLines(lines);
        // On a busy machine a log may get its first line long after the others.
        while (tailsIn(running.lines).size < LOGS) await running.untilLines(running.lines.length + 1);
        await running.kill();
        return tailsIn(running.lines);
      });
      await withStore(directory, async (store) => {
        for (const [id, tail] of acknowledged) {
          const info = await infoOf(store, id);
          expect(info.state).toBe('interrupted');
          expect(info.tail).toBeGreaterThanOrEqual(tail);
          const { bytes } = await readAll(store, info);
          expect(bytes.equals(patternAt(0, info.tail))).toBe(true);
        }
      });
    }),
  );

  it('another process is refused with a sentence until the first one is killed', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.untilLines(1);
        expect(running.lines).toEqual(['open']);
        await expect(withStore(directory, async () => {})).rejects.toThrow(LogError);
        await expect(withStore(directory, async () => {})).rejects.toThrow(
          `${directory} is in use by another process`,
        );
        await running.kill();
      });
      await withStore(directory, async () => {});
    }));

  it('only one of four processes that start together gets the directory', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.untilLines(1);
        await running.kill();
      });
      const rivals = [1, 2, 3, 4].map(() => new RunningStore(directory));
      try {
        await Promise.all(rivals.map((rival) => rival.untilLines(1)));
        const answers = rivals.map((rival) => rival.lines[0]?.split(' ')[0]).sort();
        expect(answers).toEqual(['open', 'refused', 'refused', 'refused']);
      } finally {
        await Promise.all(rivals.map((rival) => rival.kill()));
      }
    }));
});

/** The last tail of each log that was acknowledged. */
function tailsIn(lines: readonly string[]): Map<string, number> {
  const tails = new Map<string, number>();
  for (const line of lines) {
    const match = /^(log-\d) (\d+)$/.exec(line);
    if (match?.[1] !== undefined) tails.set(match[1], Number(match[2]));
  }
  return tails;
}
