import fc from 'fast-check';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { TimeMark } from '../../src/core/log/time-mark';
import { JsonLines } from '../../src/http/json/json-lines';
import { anyBytesCut } from '../core/cuttings';

const LF = 0x0a;

interface LineObject {
  readonly line: number;
  readonly offset: number;
  readonly time: string | null;
  readonly text: string;
  readonly partial?: true;
  readonly cut?: true;
}

/** All objects of some pieces, with what is left at the end. */
function objectsOf(
  pieces: readonly Buffer[],
  times: readonly TimeMark[] = [],
  { from = START, line = 1, lineBytesMax = 65_536 } = {},
): string {
  const lines = new JsonLines(from, line, lineBytesMax);
  const objects = pieces.map((piece) => lines.push(piece, times).toString());
  return objects.join('') + (lines.flush()?.toString() ?? '');
}

function parse(objects: string): LineObject[] {
  return objects
    .split('\n')
    .slice(0, -1)
    .map((json) => JSON.parse(json));
}

/** The same, made with one object and one string per line. */
function naively(whole: Buffer, times: readonly TimeMark[], from: Offset, line: number): string {
  let [offset, number, objects] = [0, line, ''];
  while (offset < whole.length) {
    const end = whole.indexOf(LF, offset);
    const text = decode(whole.subarray(offset, end < 0 ? whole.length : end));
    const at = times.find((mark) => mark.end > from + offset)?.at;
    const time = at === undefined ? null : new Date(at).toISOString();
    const partial = end < 0 ? { partial: true } : {};
    objects += `${JSON.stringify({ line: number, offset: from + offset, time, text, ...partial })}\n`;
    offset = end < 0 ? whole.length : end + 1;
    number += 1;
  }
  return objects;
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Where a log begins that is looked at, by how many digits the numbers of it have. */
const anyPlace = fc.oneof(
  fc.nat(1_000),
  fc.integer({ min: 999_999_000, max: 1_000_001_000 }),
  fc.integer({ min: 2 ** 31 - 500, max: 2 ** 32 + 500 }),
  fc.integer({ min: 0, max: 2 ** 53 - 2 ** 20 }),
);

const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\n\n',
        '"',
        '\\',
        '\x1b[0m',
        '\x7f',
        '\u2028',
        'x'.repeat(15),
        'é'.repeat(8),
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));

/** Marks that end within the next 300 bytes, or after them. */
const anyTimes = fc.array(fc.tuple(fc.nat(60), fc.nat(3)), { maxLength: 8 }).map((steps) => {
  let [end, at] = [0, 1_764_396_193_123];
  return steps.map(([bytes, ms]) => {
    end += bytes;
    at += ms;
    return { end, at };
  });
});

describe('JSON lines', () => {
  it('are what JSON.stringify makes of each line, at any place and with any times', () => {
    fc.assert(
      fc.property(anyText, anyTimes, anyPlace, anyPlace, (text, marks, place, line) => {
        const from = advance(START, place);
        const times = marks.map(({ end, at }) => ({ end: advance(from, end), at }));
        const options = { from, line: line + 1 };
        expect(objectsOf([text], times, options)).toBe(naively(text, times, from, line + 1));
      }),
      { numRuns: 500 },
    );
  });

  it('do not depend on how the bytes are cut, whatever they are', () => {
    fc.assert(
      fc.property(anyBytesCut, anyTimes, ({ whole, pieces }, marks) => {
        const times = marks.map(({ end, at }) => ({ end: advance(START, end), at }));
        expect(objectsOf(pieces, times)).toBe(naively(whole, times, START, 1));
      }),
      { numRuns: 500 },
    );
  });

  it('are handed out in parts that make up the bytes', () => {
    fc.assert(
      fc.property(anyBytesCut, fc.nat(3), ({ whole, pieces }, every) => {
        const lines = new JsonLines(START, 1, 65_536);
        let objects = '';
        for (const [i, piece] of pieces.entries()) {
          objects += lines.push(piece, []).toString();
          if (i % (every + 1) === 0) objects += lines.takePartial()?.toString() ?? '';
        }
        const parsed = parse(objects + (lines.flush()?.toString() ?? ''));
        expect(parsed.map(({ text, partial }) => (partial ? text : `${text}\n`)).join('')).toBe(
          decode(whole),
        );
        for (const { line, offset } of parsed)
          expect(line).toBe(whole.subarray(0, offset).filter((byte) => byte === LF).length + 1);
      }),
    );
  });

  it.each([
    ['line feeds', '\n'],
    ['characters that are escaped', `${'\x01'.repeat(16_383)}\n`],
    ['short lines of escapes', '\x1b"\\\n'],
  ])('have room for any 64 KiB: %s', (_of, unit) => {
    const whole = Buffer.alloc(65_536, unit);
    expect(objectsOf([whole])).toBe(naively(whole, [], START, 1));
  });

  it('are cut at as many bytes as one may have, between two characters', () => {
    const parsed = parse(objectsOf([Buffer.from('abcd\n12é\nx\n')], [], { lineBytesMax: 3 }));
    expect(parsed.map(({ text, cut = false, offset }) => [text, cut, offset])).toEqual([
      ['abc', true, 0],
      ['12', true, 5],
      ['x', false, 10],
    ]);
  });
});
