import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { LogLines } from '../../../src/core/lines/log-lines';
import type { LogInfo } from '../../../src/core/log/log';
import { CutStore } from './cut-store';
import { infoOf, logOf, NEVER, seal } from './line-logs';

const LINE = 'a line of text\n';
const LINES = 100_000;
const HEAD = 34;

describe('a stored line index that is wrong, with a checksum that is right', () => {
  it('makes no lookup crash or go on for ever', async () => {
    const store = new CutStore();
    const writer = await logOf(store, LINE.repeat(LINES));
    await seal(store, writer);
    const info = await infoOf(store, writer);
    await new LogLines(store, { cacheBytes: 1 << 20 }).count(info, NEVER);
    const saved = await savedIndex(store, info);
    await fc.assert(
      fc.asyncProperty(fc.array(change(saved.length), { minLength: 1, maxLength: 4 }), async (changes) => {
        const wrong = Buffer.from(saved);
        for (const { at, bytes } of changes) Buffer.from(bytes).copy(wrong, at);
        await store.saveLineIndex(info, withChecksum(info, wrong));
        await useAll(new LogLines(store, { cacheBytes: 1 << 20 }), info);
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, (saved: Buffer) => unknown]>([
    ['a count beyond the bytes', (saved) => saved.writeDoubleLE(1e15, 16)],
    ['a count that is no number', (saved) => saved.writeDoubleLE(Number.NaN, 16)],
    ['fewer newlines than its last place', (saved) => saved.writeDoubleLE(3, 16)],
    ['a level that no index has', (saved) => saved.writeUInt8(255, 33)],
    ['half a number at its end', (saved) => saved.writeUInt8(255, saved.length - 1)],
    ['a place behind the end', (saved) => saved.fill(0xff, HEAD, HEAD + 6)],
  ])('is counted again if it has %s', async (_, spoil) => {
    const store = new CutStore();
    const writer = await logOf(store, LINE.repeat(LINES));
    await seal(store, writer);
    const info = await infoOf(store, writer);
    const count = await new LogLines(store, { cacheBytes: 1 << 20 }).count(info, NEVER);
    const saved = Buffer.from(await savedIndex(store, info));
    spoil(saved);
    await store.saveLineIndex(info, withChecksum(info, saved));
    expect(await new LogLines(store, { cacheBytes: 1 << 20 }).count(info, NEVER)).toEqual(count);
  });
});

/** It is saved beside the answer that it was counted for. */
async function savedIndex(store: CutStore, info: LogInfo): Promise<Buffer> {
  for (;;) {
    const saved = await store.loadLineIndex(info);
    if (saved !== undefined) return saved;
    await nextTurn();
  }
}

function change(length: number): fc.Arbitrary<{ at: number; bytes: Uint8Array }> {
  const at = fc.oneof(fc.integer({ min: 16, max: HEAD - 1 }), fc.integer({ min: HEAD, max: length - 1 }));
  return fc.record({ at, bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) });
}

function withChecksum({ generation }: LogInfo, index: Buffer): Buffer {
  index.writeUInt32LE(crc32(index.subarray(8), crc32(generation)), 4);
  return index;
}

/** Asks for everything that an index answers. The numbers may be wrong. */
async function useAll(lines: LogLines, info: LogInfo): Promise<void> {
  const { lines: count } = await lines.count(info, NEVER);
  for (const line of [2, 1_000, 1_001, 50_000, LINES, count, count + 1])
    await lines.offsetOfLine(info, line, NEVER);
  for (const part of [0.01, 0.5, 0.99])
    await lines.lineAt(info, Math.floor(info.tail * part) as typeof info.tail, NEVER);
  await lines.marks(info, 1_000, 1, NEVER);
  await lines.marks(info, 10_000, 30_001, NEVER);
}
