import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TimeMark } from '../../../../src/core/log/time-mark';
import { decodeMark, encodeMarks, RECORD_BYTES } from '../../../../src/storage/files/times/mark-records';
import { byEnd, byTime, TimesFile } from '../../../../src/storage/files/times/times-file';
import { at } from '../../../contract/logs';
import { withDirectory } from '../temporary-directory';

const step = fc.record({
  bytes: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_000_000 })),
  ms: fc.oneof(fc.constant(0), fc.nat(9), fc.nat(100_000)),
});

const damage = fc.record({ at: fc.nat(), bytes: fc.integer({ min: 1, max: 6_000 }) });

describe('a sidecar of any marks, damaged in any places', () => {
  it('gives the marks that can be read, found from any end and any time', () =>
    withDirectory((directory) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 1_500, size: 'max' }),
          fc.array(damage, { maxLength: 3 }),
          fc.nat(RECORD_BYTES - 1),
          fc.array(fc.double({ min: 0, max: 1.1, noNaN: true }), { minLength: 1, maxLength: 8 }),
          async (steps, damages, torn, shares) => {
            const records = recordsOf(steps, damages);
            const path = join(directory, 'times');
            await writeFile(path, Buffer.concat([records, Buffer.alloc(torn)]));
            const marks = readable(records);
            await TimesFile.use(path, Number.POSITIVE_INFINITY, async (file) => {
              for (const share of shares) await expectFound(file, marks, share);
            });
          },
        ),
        { numRuns: 60 },
      ),
    ));

  it('is read from a few blocks, however long it is', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'times');
      // Bytes that come faster and faster, which no straight line follows.
      const numbers = Array.from({ length: 200_000 }, (_, i) => [(i + 1) ** 2, 1_000 + i]);
      await writeFile(path, encodeMarks(numbers.flat()));
      await TimesFile.use(path, Number.POSITIVE_INFINITY, async (file) => {
        for (const wanted of [0, 1, 77, 100_000, 199_999]) {
          const before = file.blocksRead;
          const found = await file.first(byEnd, (wanted + 1) ** 2);
          expect(found).toEqual({ index: wanted, mark: { end: (wanted + 1) ** 2, at: 1_000 + wanted } });
          expect(file.blocksRead - before).toBeLessThan(20);
        }
      });
    }));
});

function recordsOf(
  steps: readonly { readonly bytes: number; readonly ms: number }[],
  damages: readonly { readonly at: number; readonly bytes: number }[],
): Buffer {
  const numbers: number[] = [];
  let [end, time] = [0, 1_000];
  for (const { bytes, ms } of steps) {
    end += bytes;
    time += ms;
    numbers.push(end, time);
  }
  const records = encodeMarks(numbers);
  for (const { at: place, bytes } of damages) {
    const from = records.length === 0 ? 0 : place % records.length;
    records.fill(0xab, from, Math.min(records.length, from + bytes));
  }
  return records;
}

interface Readable {
  readonly index: number;
  readonly mark: TimeMark;
}

function readable(records: Buffer): readonly Readable[] {
  const all = Array.from({ length: records.length / RECORD_BYTES }, (_, index) => ({
    index,
    mark: decodeMark(records, index),
  }));
  return all.flatMap(({ index, mark }) => (mark === undefined ? [] : [{ index, mark }]));
}

/** @param share where to search, between the beginning (0) and beyond the end */
async function expectFound(file: TimesFile, marks: readonly Readable[], share: number): Promise<void> {
  const last = marks.at(-1)?.mark ?? { end: at(10), at: 10 };
  const end = Math.ceil(last.end * share);
  const byOffset = await file.first(byEnd, end);
  expect(byOffset).toEqual(marks.find(({ mark }) => mark.end >= end));
  const time = Math.ceil(1_000 + (last.at - 1_000) * share);
  expect(await file.first(byTime, time)).toEqual(marks.find(({ mark }) => mark.at >= time));
  const index = byOffset?.index ?? file.records;
  expect(await file.lastBefore(index)).toEqual(marks.findLast((found) => found.index < index));
  const until = end + 1_000;
  const rest = marks.filter((found) => found.index >= index);
  const over = rest.find(({ mark }) => mark.end >= until);
  const run = await file.from(index, until);
  expect(run.marks).toEqual(rest.map(({ mark }) => mark).slice(0, run.marks.length));
  // Up to the first mark that is far enough, and what is in its block.
  if (over === undefined || run.isEnd) expect(run.marks).toHaveLength(rest.length);
  else expect(run.marks.length).toBeGreaterThan(rest.indexOf(over));
}
