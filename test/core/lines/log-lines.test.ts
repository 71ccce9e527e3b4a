import { LogLines } from '../../../src/core/lines/log-lines';
import type { LogInfo } from '../../../src/core/log/log';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { at, infoOf, logOf, NEVER } from './line-logs';

async function linesOf(...texts: readonly string[]): Promise<{ lines: LogLines; info: LogInfo }> {
  const store = new MemoryStore();
  const writer = await logOf(store, ...texts);
  return { lines: new LogLines(store, { cacheBytes: 1 << 20 }), info: await infoOf(store, writer) };
}

describe('the lines of a log', () => {
  it.each([
    ['nothing', [], 0, false],
    ['one unfinished line', ['a'], 1, false],
    ['one newline', ['\n'], 1, true],
    ['whole lines', ['a\nb', 'c\n'], 2, true],
    ['an unfinished last line', ['a\n', 'b\nc'], 3, false],
    ['a CR, which ends no line', ['a\rb\r\n'], 1, true],
  ])('are counted in a log of %s', async (_, texts, count, endsInNewline) => {
    const { lines, info } = await linesOf(...texts);
    const expected = { lines: count, upTo: info.tail, endsInNewline };
    expect(await lines.count(info, NEVER)).toEqual(expected);
    expect(await lines.knownCount(info, NEVER)).toEqual(expected);
  });

  it('are found by their number, as soon as they have a byte', async () => {
    const { lines, info } = await linesOf('a\nbc', '\n\nd\n');
    const found = await Promise.all([1, 2, 3, 4, 5, 6].map((line) => lines.offsetOfLine(info, line, NEVER)));
    expect(found).toEqual([0, 2, 5, 6, undefined, undefined]);
    expect(await lines.beginOfLine(info, 5, NEVER)).toBe(8);
    expect(await lines.beginOfLine(info, 6, NEVER)).toBeUndefined();
  });

  it('are numbered by the offset of any of their bytes', async () => {
    const { lines, info } = await linesOf('a\nbc\n');
    const found = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((offset) => lines.lineAt(info, at(offset), NEVER)),
    );
    expect(found).toEqual([1, 1, 2, 2, 2, 3]);
  });

  it('are marked at every step, with their times', async () => {
    const { lines, info } = await linesOf('1\n2\n3\n4\n5');
    const marks = await lines.marks(info, 2, 1, NEVER);
    expect(marks.map(({ line, offset }) => [line, offset])).toEqual([
      [1, 0],
      [3, 4],
      [5, 8],
    ]);
    for (const mark of marks) expect(mark.at).toBe(info.updatedAt);
    expect((await lines.marks(info, 1, 4, NEVER)).map(({ line }) => line)).toEqual([4, 5]);
    expect(await lines.marks(info, 1, 6, NEVER)).toEqual([]);
  });
});
