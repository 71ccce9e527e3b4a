import { Checkpoints } from '../../../web/lines/checkpoints';
import { styleAtEnd } from '../../../web/lines/look-back';

describe('checkpoints', () => {
  it('an offset is exact at a checkpoint, and in proportion between and behind the last', () => {
    const marks = new Checkpoints();
    for (const [line, offset] of [
      [1, 0],
      [1_001, 50_000],
      [1_500, 1],
      [2_001, 250_000],
    ] as const)
      marks.add(line, offset);
    marks.setEnd(2_500, 300_000);
    expect([1, 501, 1_001, 1_501, 2_001, 2_251, 2_501, 9_999].map((line) => marks.offsetOf(line))).toEqual([
      0, 25_000, 50_000, 150_000, 250_000, 275_000, 300_000, 300_000,
    ]);
    expect(new Checkpoints().offsetOf(7)).toBe(0);
  });

  it('a log of a billion lines has a bounded number of them', () => {
    const marks = new Checkpoints();
    for (let line = 1; line < 1_000_000_000; line += 1_000) marks.add(line, line * 100);
    marks.setEnd(1_000_000_000, 100_000_000_000);
    expect(marks.size).toBeLessThanOrEqual(65_536);
    expect(Math.abs(marks.offsetOf(777_777_778) - 77_777_777_800)).toBeLessThan(1_000);
  });
});

describe('a look back', () => {
  it('the style is that after the last full reset', () => {
    expect(styleAtEnd('\u001b[31mred\n\u001b[0;1mbold\nand \u001b[0m\u001b[4munder\nlined')).toEqual({
      underline: true,
    });
    expect(styleAtEnd('half\u001b[\nred\u001b[31m\n')).toEqual({ color: 1 });
    expect(styleAtEnd('plain')).toEqual({});
  });
});
