import { LogLines } from '../../../src/core/lines/log-lines';
import type { LogInfo } from '../../../src/core/log/log';
import { CutStore } from './cut-store';
import { appendTo, at, infoOf, logOf, NEVER, seal } from './line-logs';

const KIB = 1024;
const LINES = 12_000_000;
/** The smallest that a setting allows. The places of 12 million empty lines take 60 KiB. */
const SMALL = { cacheBytes: 64 * KIB };
/** How far places are from each other that take 16 KiB at most. */
const STEP_MAX = 8_000;

/** A log of empty lines: each line begins at its number minus 1. */
async function emptyLines(store: CutStore) {
  const writer = await logOf(store, Buffer.alloc(LINES, '\n'));
  return { writer, info: await infoOf(store, writer) };
}

async function lookUp(lines: LogLines, info: LogInfo): Promise<void> {
  for (const line of [2, 999, 1_001, 2_001, 4_001, 777_777, 8_000_001, LINES]) {
    expect(await lines.offsetOfLine(info, line, NEVER)).toBe(line - 1);
    expect(await lines.lineAt(info, at(line - 1), NEVER)).toBe(line);
  }
  expect(await lines.offsetOfLine(info, LINES + 1, NEVER)).toBeUndefined();
}

describe('lines of which all places do not fit into the cache', () => {
  it('are counted once, and each is found near one of the places that are kept', async () => {
    const store = new CutStore();
    const { writer, info } = await emptyLines(store);
    const lines = new LogLines(store, SMALL);
    expect(await lines.count(info, NEVER)).toMatchObject({ lines: LINES });
    const counted = store.readBytes;
    await lookUp(lines, info);
    await appendTo(store, writer, 'a\nb');
    expect(await lines.count(await infoOf(store, writer), NEVER)).toMatchObject({ lines: LINES + 2 });
    expect(store.readBytes - counted).toBeLessThan(20 * STEP_MAX);
  });

  it.each([1_000, 1_500, 16_000])('are all marked in steps of %d', async (step) => {
    const store = new CutStore();
    const { info } = await emptyLines(store);
    const lines = new LogLines(store, SMALL);
    const marks = await lines.marks(info, step, 1, NEVER);
    expect(marks.map(({ line }) => line)).toEqual(
      Array.from({ length: Math.ceil(1_000_000 / step) }, (_, i) => 1 + i * step),
    );
    for (const { line, offset, at: time } of marks)
      expect([offset, time]).toEqual([line - 1, expect.any(Number)]);
  });

  it('are not counted again by a process that has less memory for the places that the store keeps', async () => {
    const store = new CutStore();
    const { writer } = await emptyLines(store);
    await seal(store, writer);
    const info = await infoOf(store, writer);
    await new LogLines(store, { cacheBytes: 1024 * KIB }).count(info, NEVER);
    const counted = store.readBytes;
    const lines = new LogLines(store, SMALL);
    expect(await lines.count(info, NEVER)).toMatchObject({ lines: LINES });
    await lookUp(lines, info);
    expect(store.readBytes - counted).toBeLessThan(20 * STEP_MAX);
    // Not even the places that are kept were read again.
    const { loads } = store;
    await lookUp(lines, info);
    expect(store.loads).toBe(loads);
  });
});
