import { stat } from 'node:fs/promises';
import type { ProducerMark } from '../../../src/core/log/log';
import { AMPLE } from '../../contract/commits';
import { at, readAll } from '../../contract/logs';
import { PRODUCERS, SHARED, type Stop, textOf } from './commit-process';
import { fileOf, infoOf, takeCuts, withStore } from './opened-store';
import { withRunningStore } from './running-store';
import { withDirectory } from './temporary-directory';

const TEN = Buffer.concat(Array.from({ length: 10 }, (_, sequence) => textOf(mark('a', sequence))));

describe('a commit that a kill -9 interrupts', () => {
  it('a commit killed before its facts were stored is absent, and its retry is stored once', () =>
    withDirectory(async (directory) => {
      await killedAt(directory, 'before-facts');
      await withStore(directory, async (store, warnings) => {
        expect(takeCuts(warnings)).toEqual([expect.stringContaining('moved to')]);
        const log = await infoOf(store, SHARED);
        expect(log).toMatchObject({ state: 'open', tail: TEN.length, epoch: 1 });
        expect((await stat(fileOf(directory, { log, epoch: 1 }))).size).toBe(TEN.length);
        expect((await readAll(store, log)).bytes.equals(TEN)).toBe(true);
        const producer = mark('a', 10);
        const again = { chunks: [textOf(producer)], producer };
        expect(await store.commit(log, again, AMPLE)).toMatchObject({ how: 'stored' });
        expect(await store.commit(log, again, AMPLE)).toMatchObject({ how: 'duplicate' });
        expect((await readAll(store, log)).bytes.equals(Buffer.concat([TEN, textOf(producer)]))).toBe(true);
      });
    }));

  it('a commit killed before its answer is stored, and its retry is a duplicate', () =>
    withDirectory(async (directory) => {
      await killedAt(directory, 'before-answer');
      await withStore(directory, async (store) => {
        const log = await infoOf(store, SHARED);
        const producer = mark('a', 10);
        const whole = Buffer.concat([TEN, textOf(producer)]);
        expect(await store.commit(log, { chunks: [textOf(producer)], producer }, AMPLE)).toEqual({
          how: 'duplicate',
          tail: whole.length,
          isSealed: false,
          producer: { epoch: 0, sequence: 10 },
        });
        expect((await readAll(store, log)).bytes.equals(whole)).toBe(true);
      });
    }));

  it.each([40, 300, 1_500])(
    'retries by four producers after a kill at %d lines lose and duplicate no commit',
    (lines) =>
      withDirectory(async (directory) => {
        const acknowledged = await withRunningStore([directory, 'never'], async (running) => {
          await running.untilLines(lines);
          await running.kill();
          return running.lines.slice(1).map(acknowledgementIn);
        });
        await withStore(directory, async (store, warnings) => {
          takeCuts(warnings);
          const log = await infoOf(store, SHARED);
          const found = (await readAll(store, log)).bytes;
          for (const { producer, tail } of acknowledged) {
            const text = textOf(producer);
            expect(found.subarray(tail - text.length, tail).equals(text)).toBe(true);
          }
          // Every producer repeats its last acknowledged ones and those whose answer it never saw.
          for (const id of PRODUCERS) {
            const last = Math.max(
              -1,
              ...acknowledged
                .filter(({ producer }) => producer.id === id)
                .map(({ producer }) => producer.sequence),
            );
            for (let sequence = Math.max(0, last - 2); sequence < last + 4; sequence += 1) {
              const producer = mark(id, sequence);
              const result = await store.commit(log, { chunks: [textOf(producer)], producer }, AMPLE);
              if (sequence <= last) expect(result.how).toBe('duplicate');
            }
          }
          expectEachOnce((await readAll(store, log)).bytes);
        });
      }),
  );
});

async function killedAt(directory: string, stop: Stop): Promise<void> {
  await withRunningStore([directory, stop], async (running) => {
    // `open`, ten that are acknowledged, and `stopped`.
    await running.untilLines(12);
    expect(running.lines[11]).toBe('stopped');
    await running.kill();
    expect(running.lines).toHaveLength(12);
  });
}

function mark(id: string, sequence: number): ProducerMark {
  return { id, epoch: 0, sequence };
}

function acknowledgementIn(line: string): { readonly producer: ProducerMark; readonly tail: number } {
  const [, id = '', sequence, tail] = /^(\w) (\d+) (\d+)$/.exec(line) ?? [];
  if (tail === undefined) throw new Error(`it printed ${line}`);
  return { producer: mark(id, Number(sequence)), tail: at(Number(tail)) };
}

/** The whole log is commits one after the other, and those of a producer are all there in their order. */
function expectEachOnce(content: Buffer): void {
  const next = new Map<string, number>();
  for (let offset = 0; offset < content.length; ) {
    const id = content.toString('latin1', offset, offset + 1);
    const sequence = next.get(id) ?? 0;
    const text = textOf(mark(id, sequence));
    expect(content.subarray(offset, offset + text.length).toString()).toBe(text.toString());
    next.set(id, sequence + 1);
    offset += text.length;
  }
  expect([...next.keys()].sort()).toEqual(PRODUCERS);
}
