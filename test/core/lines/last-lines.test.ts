import { lastLines } from '../../../src/core/lines/last-lines';
import { ObservedStore } from '../stores';
import { infoOf, logOf, NEVER } from './line-logs';

describe('the last lines of a log', () => {
  it.each([
    ['', 3, 0],
    ['a\nb\nc', 1, 4],
    ['a\nb\nc\n', 1, 4],
    ['a\nb\nc\n', 2, 2],
    ['a\nb\nc\n', 3, 0],
    ['a\nb\nc\n', 9, 0],
    ['\n\n\n', 2, 1],
    ['abc', 0, 3],
  ])('of %j, %i of them, begin at %i', async (text, count, offset) => {
    const store = new ObservedStore();
    const writer = await logOf(store, ...(text === '' ? [] : [text]));
    expect(await lastLines(store, await infoOf(store, writer), count, NEVER)).toBe(offset);
  });

  it('are found in a page beyond the first', async () => {
    const store = new ObservedStore();
    const line = `${'x'.repeat(99)}\n`;
    const writer = await logOf(store, line.repeat(10_000));
    expect(await lastLines(store, await infoOf(store, writer), 5_000, NEVER)).toBe(500_000);
  });
});
