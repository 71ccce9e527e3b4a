import { LogError } from '../../../src/core/log/errors';
import { readAll } from '../../contract/logs';
import { infoOf, withStore } from './opened-store';
import { patternAt } from './pattern';
import { RunningStore, withRunningStore } from './running-store';
import { withDirectory } from './temporary-directory';

const LOGS = 4;

describe('after a kill -9', () => {
  it.each([60, 400, 1_500])(
    'in the middle of appends, at least %d of them acknowledged, every acknowledged byte is there',
    (lines) =>
      withDirectory(async (directory) => {
        const acknowledged = await withRunningStore([directory, LOGS], async (running) => {
          await running.said(lines);
          // On a busy machine a log may get its first line long after the others.
          while (tailsIn(running.lines).size < LOGS) await running.said(running.lines.length + 1);
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

  it('the next process starts at once, and until then another is refused with a sentence', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.said(1);
        expect(running.lines).toEqual(['open']);
        await expect(withStore(directory, async () => {})).rejects.toThrow(LogError);
        await expect(withStore(directory, async () => {})).rejects.toThrow(
          `${directory} is in use by another process`,
        );
        await running.kill();
      });
      await withStore(directory, async () => {});
    }));

  it('one of several that start at the same moment gets the directory', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.said(1);
        await running.kill();
      });
      const rivals = [1, 2, 3, 4].map(() => new RunningStore(directory));
      try {
        await Promise.all(rivals.map((rival) => rival.said(1)));
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
    const said = /^(log-\d) (\d+)$/.exec(line);
    if (said?.[1] !== undefined) tails.set(said[1], Number(said[2]));
  }
  return tails;
}
