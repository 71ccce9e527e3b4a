import fc from 'fast-check';
import { Segment } from '../../../web/lines/segment';
import { SegmentCache } from '../../../web/lines/segment-cache';
import { TimestampedLines } from '../../../web/lines/timestamped-lines';

const encoder = new TextEncoder();
const STAMP = '2026-11-29T05:43:13.123Z ';
const UNKNOWN = `-${' '.repeat(24)}`;

function stamped(text: string, stamp = STAMP): Uint8Array {
  return encoder.encode(text.replace(/(?<=^|\n)(?=.)/gsu, stamp));
}

function read(chunks: readonly Uint8Array[], segment = new Segment(1, 0)): Segment {
  const lines = new TimestampedLines(segment);
  for (const chunk of chunks) lines.feed(chunk);
  return segment;
}

function textOf(segment: Segment, line: number): string {
  return new TextDecoder().decode(segment.bytesOf(line));
}

function texts(segment: Segment): string[] {
  return Array.from({ length: segment.count }, (_, at) => textOf(segment, segment.first + at));
}

it('lines, offsets and times do not depend on where the bytes were split', () => {
  const text = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 5 }).map((line) => line.replaceAll('\n', '')),
  );
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (lines, sizes) => {
      const bytes = stamped(lines.join('\n'));
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      const segment = read(chunks);
      const expected = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
      expect(texts(segment)).toEqual(expected);
      let offset = 0;
      for (const [at, line] of expected.entries()) {
        expect(segment.offsetOf(at + 1)).toBe(offset);
        expect(segment.timeOf(at + 1)).toBe(Date.parse('2026-11-29T05:43:13.123Z'));
        offset += encoder.encode(line).length + 1;
      }
    }),
  );
});

it('a line that goes on over another connection is one line', () => {
  const segment = new Segment(7, 100);
  const lines = new TimestampedLines(segment);
  lines.feed(stamped('a\nunfin'));
  lines.restart();
  lines.feed(stamped('ished\nb'));
  expect([texts(segment), segment.first, segment.last, segment.endOffset]).toEqual([
    ['a', 'unfinished', 'b'],
    7,
    9,
    114,
  ]);
  expect([segment.isOpenLine(8), segment.isOpenLine(9)]).toEqual([false, true]);
});

it('a connection that breaks within a time loses nothing', () => {
  const segment = new Segment(1, 0);
  const lines = new TimestampedLines(segment);
  lines.feed(stamped('a\nb').subarray(0, 40));
  lines.restart();
  lines.feed(stamped('b\n'));
  expect(texts(segment)).toEqual(['a', 'b']);
});

it('a line without a known time has none', () => {
  const segment = read([stamped('a\n', UNKNOWN), stamped('b\n')]);
  expect([segment.timeOf(1), segment.timeOf(2)]).toEqual([undefined, Date.parse('2026-11-29T05:43:13.123Z')]);
});

it('of a long line the begin is kept, and its length is exact', () => {
  const segment = read([stamped(`${'x'.repeat(50)}\nnext\n`)], new Segment(1, 0, 10));
  expect(texts(segment)).toEqual(['xxxxxxxxxx', 'next']);
  expect([segment.isCut(1), segment.byteLengthOf(1), segment.isCut(2), segment.offsetOf(2)]).toEqual([
    true,
    50,
    false,
    51,
  ]);
});

it('of a long progress the last state is kept', () => {
  const progress = Array.from({ length: 100 }, (_, at) => `${at + 1}%`).join('\r');
  for (const end of ['\n', '\r\n']) {
    const chunks = [...stamped(progress + end)].map((byte) => Uint8Array.of(byte));
    const segment = read(chunks, new Segment(1, 0, 10));
    expect(textOf(segment, 1)).toMatch(/100%\r?$/u);
    expect([segment.isCut(1), segment.byteLengthOf(1)]).toEqual([false, progress.length + end.length - 1]);
  }
});

it('a line that is left out leaves nothing of it', () => {
  const segment = read([stamped('a\nb\nunfinished')]);
  segment.dropLast();
  segment.seal();
  expect([texts(segment), segment.endOffset, segment.isOpen]).toEqual([['a', 'b'], 4, false]);
});

describe('the cache', () => {
  function segment(first: number): Segment {
    const one = read([stamped('x'.repeat(1_000).concat('\n').repeat(10))], new Segment(first, first * 1_000));
    one.seal();
    return one;
  }

  it('what was not used for longest goes, and what is wanted stays', () => {
    const { size } = segment(1);
    const cache = new SegmentCache(3 * size);
    for (const first of [1, 11, 21]) cache.add(segment(first));
    cache.find(1);
    cache.keep(11, 12);
    cache.add(segment(31));
    expect([1, 11, 21, 31].map((line) => cache.find(line)?.first)).toEqual([1, 11, undefined, 31]);
    expect(cache.bytes).toBeLessThanOrEqual(3 * size);
  });

  it('a line between segments is in none', () => {
    const cache = new SegmentCache();
    for (const first of [21, 1]) cache.add(segment(first));
    expect([0, 1, 10, 11, 20, 21, 31].map((line) => cache.find(line)?.first)).toEqual([
      undefined,
      1,
      1,
      undefined,
      undefined,
      21,
      undefined,
    ]);
    expect([cache.before(15)?.first, cache.after(15)?.first]).toEqual([1, 21]);
  });
});
