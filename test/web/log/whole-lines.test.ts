import { PLAIN } from '../../../web/ansi/span';
import type { LogLine } from '../../../web/lines/log-line';
import { WholeLines } from '../../../web/log/whole-lines';

it('the newest twenty lines are kept, and fewer if they are long or have many colours', () => {
  const kept = (of: (number: number) => LogLine): number => {
    const whole = new WholeLines();
    for (let number = 1; number <= 50; number++) whole.add(of(number));
    const lines = Array.from({ length: 50 }, (_, at) => whole.get(at + 1)?.number).filter(Boolean);
    expect(lines.at(-1)).toBe(50);
    return lines.length;
  };
  expect(kept((number) => line(number, 5_000, 1))).toBe(20);
  expect(kept((number) => line(number, 1_000_000, 1))).toBe(7);
  expect(kept((number) => line(number, 100_000, 20_000))).toBe(3);
  expect(kept((number) => line(number, 9_000_000, 1))).toBe(1);
});

function line(number: number, length: number, colors: number): LogLine {
  const text = 'x'.repeat(length);
  const spans = Array.from({ length: colors }, () => ({ text: '', style: PLAIN }));
  const facts = { offset: 0, byteLength: length, time: undefined, cut: false, unfinished: false };
  return { number, text, spans, markers: [], ...facts };
}
