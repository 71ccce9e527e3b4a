import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Backlog } from '../../src/client/upload/backlog';
import { openBacklog } from '../../src/client/upload/open-backlog';
import type { Spool } from '../../src/client/upload/spool';

/** Stores each written piece until all of it is released. */
class MemorySpool implements Spool {
  #pieces: { at: number; bytes: Uint8Array }[] = [];
  writes = 0;
  failures = 0;
  /** How many bytes fit. */
  capacity = Number.POSITIVE_INFINITY;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  async write(at: number, bytes: Uint8Array): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('disk full');
    }
    if (this.#pieces.reduce((sum, piece) => sum + piece.bytes.length, bytes.length) > this.capacity)
      throw new Error('disk full');
    this.writes += 1;
    this.#pieces.push({ at, bytes: bytes.slice() });
  }

  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const piece = this.#pieces.find(
      (candidate) => candidate.at <= at && at < candidate.at + candidate.bytes.length,
    );
    if (piece === undefined) throw new Error(`nothing at ${at}`);
    return piece.bytes.subarray(at - piece.at, at - piece.at + bytesMax);
  }

  async release(upTo: number): Promise<void> {
    this.#pieces = this.#pieces.filter(({ at, bytes }) => at + bytes.length > upTo);
  }
}

const KIB = 1024;

async function contentFrom(backlog: Backlog, from: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let at = from; at < backlog.end; ) {
    const piece = await backlog.read(at, 1_000_000);
    pieces.push(piece);
    at += piece.length;
  }
  return Buffer.concat(pieces);
}

/** Random bytes: any two ranges differ, so that a wrong offset fails the test. */
const SOURCE = randomBytes(20 * 90 * KIB);

function sourceOf(length: number): Buffer {
  return SOURCE.subarray(0, length);
}

it('a backlog returns the pushed bytes from each unacknowledged offset, in memory and in the spool', async () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 90 * KIB }) }),
    fc.record({ acknowledge: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const source = SOURCE;
      const backlog = openBacklog({ memoryBytesMax: 128 * KIB, retainBytes: 100, spool: new MemorySpool() });
      for (const action of steps) {
        if ('push' in action) await backlog.push(source.subarray(backlog.end, backlog.end + action.push));
        else {
          const share = Math.floor((backlog.end - backlog.acknowledged) * action.acknowledge);
          await backlog.acknowledge(backlog.acknowledged + share);
        }
      }
      const held = await contentFrom(backlog, backlog.start);
      expect(backlog.start).toBeLessThanOrEqual(backlog.acknowledged);
      expect(held.equals(source.subarray(backlog.start, backlog.end))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

it('a backlog does not write to the spool while memory has room', async () => {
  const spool = new MemorySpool();
  const backlog = openBacklog({ memoryBytesMax: 128 * KIB, spool });
  await backlog.push(sourceOf(128 * KIB));
  expect(spool.writes).toBe(0);
});

it('a backlog moves spooled bytes to memory when the server has caught up', async () => {
  const spool = new MemorySpool();
  const backlog = openBacklog({ memoryBytesMax: 128 * KIB, retainBytes: 0, spool });
  const source = sourceOf(300 * KIB);
  await backlog.push(source.subarray(0, 128 * KIB));
  await backlog.push(source.subarray(128 * KIB, 200 * KIB));
  expect(spool.writes).toBe(1);
  await backlog.acknowledge(190 * KIB);
  await backlog.push(source.subarray(200 * KIB));
  expect(spool.isEmpty).toBe(true);
  expect((await contentFrom(backlog, 190 * KIB)).equals(source.subarray(190 * KIB))).toBe(true);
});

it('a backlog whose spool is full waits for the server and loses no byte', async () => {
  const spool = new MemorySpool();
  const failures: unknown[] = [];
  const backlog = openBacklog({
    memoryBytesMax: 128 * KIB,
    retainBytes: 0,
    spool,
    onSpoolFailure: (error) => failures.push(error),
  });
  const source = sourceOf(200 * KIB);
  await backlog.push(source.subarray(0, 128 * KIB));
  spool.failures = 1;
  const pushed = backlog.push(source.subarray(128 * KIB));
  await backlog.waitForChange();
  await backlog.acknowledge(100 * KIB);
  await pushed;
  expect(failures).toHaveLength(1);
  expect((await contentFrom(backlog, 100 * KIB)).equals(source.subarray(100 * KIB))).toBe(true);
});

it('a backlog whose spool is full loses no byte, and stores all that the server makes room for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 * KIB }),
      fc.array(fc.integer({ min: 1, max: 90 * KIB }), { minLength: 8, maxLength: 20 }),
      fc.integer({ min: 16 * KIB, max: 90 * KIB }),
      fc.integer({ min: 0, max: 100 }),
      async (capacity, sizes, acknowledgedAtOnce, retainBytes) => {
        const spool = new MemorySpool();
        spool.capacity = capacity;
        const backlog = openBacklog({ memoryBytesMax: 128 * KIB, retainBytes, spool });
        const source = sourceOf(sizes.reduce((sum, size) => sum + size, 0));
        const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
        const pushes = ends.map((end, index) => backlog.push(source.subarray(ends[index - 1] ?? 0, end)));
        const all = Promise.all(pushes).then(() => backlog.finish());
        while (!backlog.ended || backlog.acknowledged < backlog.end) {
          const held = await contentFrom(backlog, backlog.acknowledged);
          const { acknowledged } = backlog;
          expect(held.equals(source.subarray(acknowledged, acknowledged + held.length))).toBe(true);
          if (held.length > 0)
            await backlog.acknowledge(acknowledged + Math.min(held.length, acknowledgedAtOnce));
          await new Promise((resolve) => setImmediate(resolve));
        }
        await all;
        expect(backlog.end).toBe(source.length);
      },
    ),
    { numRuns: 30 },
  );
});

it('a backlog whose spool took something and is full goes on as the server acknowledges, and reports it once', async () => {
  const spool = new MemorySpool();
  spool.capacity = 64 * KIB;
  const failures: unknown[] = [];
  let reported = (): void => {};
  const isFull = new Promise<void>((resolve) => {
    reported = resolve;
  });
  const backlog = openBacklog({
    memoryBytesMax: 128 * KIB,
    spool,
    onSpoolFailure: (error) => {
      failures.push(error);
      reported();
    },
  });
  for (let at = 0; at < 192 * KIB; at += 64 * KIB) await backlog.push(SOURCE.subarray(at, at + 64 * KIB));
  const blocked = backlog.push(SOURCE.subarray(192 * KIB, 320 * KIB));
  await isFull;
  await backlog.acknowledge(192 * KIB);
  await blocked;
  expect(failures).toHaveLength(1);
  expect((await contentFrom(backlog, 192 * KIB)).equals(SOURCE.subarray(192 * KIB, 320 * KIB))).toBe(true);
});

it('a backlog moves bytes to the spool again when the spool has room again', async () => {
  const spool = new MemorySpool();
  spool.capacity = 64 * KIB;
  const backlog = openBacklog({ memoryBytesMax: 128 * KIB, retainBytes: 0, spool });
  await backlog.push(sourceOf(128 * KIB));
  await backlog.push(SOURCE.subarray(128 * KIB, 192 * KIB));
  await backlog.acknowledge(128 * KIB);
  await backlog.push(SOURCE.subarray(192 * KIB, 320 * KIB));
  spool.capacity = Number.POSITIVE_INFINITY;
  await backlog.push(SOURCE.subarray(320 * KIB, 500 * KIB));
  expect((await contentFrom(backlog, 128 * KIB)).equals(SOURCE.subarray(128 * KIB, 500 * KIB))).toBe(true);
});

it('a refused backlog whose spool is full still stores the rest of a piece that it began', async () => {
  const spool = new MemorySpool();
  const backlog = openBacklog({ memoryBytesMax: 128 * KIB, spool });
  await backlog.push(sourceOf(100 * KIB));
  spool.capacity = 0;
  const begun = backlog.push(SOURCE.subarray(100 * KIB, 300 * KIB));
  await backlog.waitForChange();
  await backlog.refuse(new Error('over'));
  await begun;
  expect((await contentFrom(backlog, 0)).equals(sourceOf(300 * KIB))).toBe(true);
});

it('a backlog keeps the last retainBytes of the acknowledged bytes', async () => {
  const backlog = openBacklog({ retainBytes: 10 });
  await backlog.push(sourceOf(100));
  await backlog.acknowledge(50);
  expect(backlog.start).toBe(40);
  expect((await contentFrom(backlog, 40)).equals(sourceOf(100).subarray(40))).toBe(true);
});

it('a refused backlog rejects later pushes and keeps earlier bytes', async () => {
  const backlog = openBacklog({});
  await backlog.push(sourceOf(3));
  await backlog.refuse(new Error('over'));
  await expect(backlog.push(sourceOf(3))).rejects.toThrow('over');
  expect(backlog.end).toBe(3);
});
