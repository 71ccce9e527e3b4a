import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLogId } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { readAll } from '../../contract/logs';
import { takeCuts, withStore } from './opened-store';
import { patternAt } from './pattern';
import { withRunningStore } from './running-store';
import { withDirectory } from './temporary-directory';

const ROUNDS = 8;

/** The last state that the process printed of each id: `?`, `-`, or a generation and its number of bytes. */
type States = ReadonlyMap<string, string>;

describe('a kill -9 while logs are created, forked, replaced and removed', () => {
  it(
    'the next process starts and has every acknowledged log',
    () =>
      withDirectory(async (directory) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const states = await killInTheMiddle(directory);
          await withStore(directory, (store, warnings) => {
            takeCuts(warnings);
            return assertStates(store, states);
          });
        }
      }),
    240_000,
  );

  it(
    'a recovery without loom.mdb restores every acknowledged log under its own id',
    () =>
      withDirectory(async (directory) => {
        for (let round = 0; round < ROUNDS / 2; round += 1) {
          const states = await killInTheMiddle(directory);
          await rm(join(directory, 'loom.mdb'));
          const lines: string[] = [];
          await recoverFilesStore(directory, (line) => lines.push(line));
          expect(lines.filter((line) => line.includes('not known'))).toEqual([]);
          await withStore(directory, (store, warnings) => {
            takeCuts(warnings);
            return assertStates(store, states);
          });
        }
      }),
    240_000,
  );
});

async function killInTheMiddle(directory: string): Promise<States> {
  return withRunningStore([directory, 'churn'], async (running) => {
    await running.untilLines(1 + randomInt(1, 600));
    await running.kill();
    expect(running.lines.filter((line) => /^(refused|warning)/.test(line))).toEqual([]);
    const states = new Map<string, string>();
    for (const line of running.lines.slice(1)) {
      const [id = '', ...rest] = line.split(' ');
      states.set(id, rest.join(' '));
    }
    return states;
  });
}

async function assertStates(store: LogStore, states: States): Promise<void> {
  for (const [name, state] of states) {
    const info = await store.info(parseLogId(name)).catch(() => undefined);
    // Its creation or removal was under way.
    if (state !== '?') {
      const [generation, tail] = state.split(' ');
      expect(`${name} ${info?.generation ?? '-'}`).toBe(`${name} ${generation}`);
      if (info !== undefined) expect(info.tail).toBeGreaterThanOrEqual(Number(tail));
    }
    if (info === undefined) continue;
    const { bytes } = await readAll(store, info);
    expect(bytes.equals(patternAt(0, info.tail))).toBe(true);
  }
}
