import fc from 'fast-check';
import { NumberedLines } from '../../../src/core/lines/numbered-lines';
import { marksWithin } from '../../../src/core/log/time-mark';
import { at } from './line-logs';
import { NaiveLines } from './naive-lines';

const anyCase = fc.record({
  appends: fc.array(
    fc.record({
      bytes: fc
        .array(fc.constantFrom('\n', '\n', '\r\n', 'a', 'é', '€', '😀'), { maxLength: 9 })
        .map((text) => Buffer.from(text.join(''))),
      afterMs: fc.integer({ min: 0, max: 5 }),
    }),
    { maxLength: 6 },
  ),
  /** Where the bytes are cut, whatever the appends were, and where a part is asked for. */
  pieces: fc.array(fc.record({ length: fc.integer({ min: 1, max: 7 }), takesPartial: fc.boolean() }), {
    minLength: 1,
  }),
  from: fc.nat(20),
  lineBytesMax: fc.constantFrom(1_000, 9, 4),
});

describe('any numbered lines', () => {
  it('are those of a loop: numbers, offsets, times and whole characters, however the bytes are cut', () => {
    fc.assert(
      fc.property(anyCase, ({ appends, pieces, from: wanted, lineBytesMax }) => {
        const naive = new NaiveLines(appends, 1_000);
        const from = Math.min(wanted, naive.tail);
        const lines = new NumberedLines(at(from), naive.lineAt(from), lineBytesMax);
        const found = [];
        for (let begin = from, i = 0; begin < naive.tail; i += 1) {
          const { length = 1, takesPartial = false } = pieces[i % pieces.length] ?? {};
          const end = Math.min(naive.tail, begin + length);
          const times = marksWithin(naive.times, at(begin), at(end));
          found.push(...lines.push(naive.bytes.subarray(begin, end), times));
          const partial = takesPartial ? lines.takePartial() : undefined;
          if (partial !== undefined) found.push(partial);
          begin = end;
        }
        const last = lines.flush();
        if (last !== undefined) found.push(last);

        const begins = [from, ...naive.lines.filter((begin) => begin > from)];
        for (const [i, begin] of begins.entries()) {
          if (begin >= naive.tail) continue;
          const line = naive.lineAt(from) + i;
          const parts = found.filter((one) => one.line === line);
          const newline = naive.bytes.indexOf(0x0a, begin);
          const whole = naive.bytes.subarray(begin, newline < 0 ? naive.tail : newline);
          const text = Buffer.concat(parts.map((part) => part.text));
          // A first character that was cut before `from` is not whole, and no loss.
          expect(whole.subarray(0, text.length)).toEqual(text);
          expect(parts.at(-1)?.isCut).toBe(whole.length > lineBytesMax);
          expect(text.length).toBeLessThanOrEqual(lineBytesMax);
          if (whole.length <= lineBytesMax) expect(text).toEqual(whole);
          if (from === 0) for (const part of parts) expect(part.text.toString()).not.toContain('\ufffd');
          let offset = begin;
          for (const part of parts) {
            expect(part).toMatchObject({ offset, at: naive.timeOf(begin) });
            offset += part.text.length;
          }
          expect(parts.filter((part) => !part.isPartial).length).toBeLessThanOrEqual(1);
          if (newline >= 0) expect(parts.at(-1)?.isPartial).toBe(false);
        }
        expect(new Set(found.map((one) => one.line)).size).toBe(begins.filter((b) => b < naive.tail).length);
      }),
      { numRuns: 1_000 },
    );
  });
});
