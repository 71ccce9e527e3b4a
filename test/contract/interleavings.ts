import fc from 'fast-check';
import type { LogOutcome, Writer } from '../../src/core/log/log';
import { type Offset, START } from '../../src/core/log/offset';
import type { LogStore } from '../../src/core/store/store';
import { follow } from '../support/follow';
import { at, createLog, readAll, seal } from './logs';
import { anyStep, Modelled } from './model';
import type { Subject } from './store.contract';

export function describeInterleavings(subject: Subject): void {
  it('the store agrees with a model made of a buffer and a few flags', async () => {
    const scenario = fc.array(fc.tuple(fc.nat(2), anyStep), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(scenario, async (steps) => {
        const { store } = subject;
        const logs = await Promise.all(
          [0, 1, 2].map(async () => new Modelled(store, await createLog(store))),
        );
        for (const [index, step] of steps) await logs[index]?.take(step);
        for (const log of logs) await log.check();
      }),
      { numRuns: 40 },
    );
  });

  it('the bytes are stored exactly, however they are cut into appends and repeated', async () => {
    const cutting = fc.record({
      content: fc.uint8Array({ minLength: 1, maxLength: 20_000, size: 'max' }),
      pieces: fc.array(
        fc.record({ length: fc.integer({ min: 1, max: 3_000 }), back: fc.nat(4_000), cuts: fc.nat(4) }),
        { minLength: 1, maxLength: 12 },
      ),
      reads: fc.array(fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 9_000 })), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(cutting, async ({ content, pieces, reads }) => {
        const whole = Buffer.from(content);
        const writer = await createLog(subject.store);
        let tail = 0;
        for (const { length, back, cuts } of [...pieces, { length: whole.length, back: 0, cuts: 1 }]) {
          const from = Math.max(0, tail - back);
          const piece = whole.subarray(from, tail + length);
          const chunks = cut(piece, cuts + 1);
          tail = Math.max(tail, from + piece.length);
          expect(await subject.store.append(writer, at(from), chunks)).toBe(tail);
        }
        for (const [from, bytesMax] of [[0, 50_000] as const, ...reads]) {
          const offset = Math.min(from, whole.length);
          const read = await readAll(subject.store, writer.log, at(offset), bytesMax);
          expect(read.bytes.equals(whole.subarray(offset))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('a follower beside a producer gets exactly the bytes, and then the end', async () => {
    const run = fc.record({
      pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 30 }),
      startAfter: fc.nat(30),
      from: fc.nat(2_000),
      pause: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ pieces, startAfter, from, pause }) => {
        const { store } = subject;
        const writer = await createLog(store);
        const following: Promise<Followed>[] = [];
        let tail = START;
        for (const [i, piece] of pieces.entries()) {
          if (i === Math.min(startAfter, pieces.length - 1))
            following.push(
              followAll(store, writer, START),
              followAll(store, writer, at(Math.min(from, tail))),
            );
          tail = await store.append(writer, tail, [Buffer.from(piece)]);
          if (i % (pause + 1) === 0) await new Promise(setImmediate);
        }
        await seal(store, writer);
        const whole = Buffer.concat(pieces);
        for (const { start, bytes, end } of await Promise.all(following)) {
          expect(bytes.equals(whole.subarray(start))).toBe(true);
          expect(end).toEqual({ kind: 'complete' });
        }
      }),
      { numRuns: 30 },
    );
  });
}

interface Followed {
  readonly start: Offset;
  readonly bytes: Buffer;
  readonly end: LogOutcome | undefined;
}

async function followAll(store: LogStore, { log }: Writer, start: Offset): Promise<Followed> {
  const chunks: Buffer[] = [];
  let end: LogOutcome | undefined;
  for await (const item of follow(store, log, start, new AbortController().signal)) {
    chunks.push(...item.chunks);
    end = item.end;
  }
  return { start, bytes: Buffer.concat(chunks), end };
}

/** Cuts into pieces of about one size; some may be empty. */
function cut(bytes: Buffer, pieces: number): Buffer[] {
  const size = Math.ceil(bytes.length / pieces);
  return Array.from({ length: pieces }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}
