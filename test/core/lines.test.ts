import fc from 'fast-check';
import { LineSplitter, type LineText } from '../../src/core/bytes/line-splitter';
import { advance, type Offset, START } from '../../src/core/log/offset';
import { anyBytesCut, type Cutting } from './cuttings';

function push(lines: LineSplitter, text: string | Buffer): Shown[] {
  return lines.push(Buffer.from(text)).map(show);
}

function partial(lines: LineSplitter): Shown | undefined {
  const text = lines.takePartial();
  return text && show(text);
}

function flush(lines: LineSplitter): Shown | undefined {
  const text = lines.flush();
  return text && show(text);
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** As a reader is shown it. */
interface Shown {
  readonly kind: LineText['kind'];
  readonly text: string;
  readonly end: Offset;
}

function show({ kind, bytes, end }: LineText): Shown {
  return { kind, text: decode(bytes), end };
}

/** What a reader puts together from the texts. */
function joined(texts: readonly Shown[]): string {
  return texts.map(({ kind, text }) => (kind === 'lines' ? `${text}\n` : text)).join('');
}

interface Reading {
  readonly cutting: Cutting;
  readonly from: Offset;
  readonly lineBytesMax: number;
  /** After which pieces the reader would wait no longer. */
  readonly impatient: readonly boolean[];
}

const anyReading: fc.Arbitrary<Reading> = fc.record({
  cutting: anyBytesCut,
  from: fc.nat(2 ** 40).map((offset) => advance(START, offset)),
  lineBytesMax: fc.integer({ min: 1, max: 40 }),
  impatient: fc.array(fc.boolean(), { maxLength: 22 }),
});

function readAll({ cutting, from, lineBytesMax, impatient }: Reading): Shown[] {
  const lines = new LineSplitter(from, { lineBytesMax });
  const texts: Shown[] = [];
  const keep = (text: LineText | undefined): void => {
    if (text !== undefined) texts.push(show(text));
  };
  for (const [i, piece] of cutting.pieces.entries()) {
    texts.push(...lines.push(piece).map(show));
    if (impatient[i]) keep(lines.takePartial());
  }
  keep(lines.flush());
  return texts;
}

describe('LineSplitter', () => {
  it('lines that arrive together come out as one text', () => {
    const lines = new LineSplitter(START);
    expect(push(lines, 'one\ntwo\nthr')).toEqual([{ kind: 'lines', text: 'one\ntwo', end: 8 }]);
    expect(push(lines, 'ee')).toEqual([]);
    expect(push(lines, '\n')).toEqual([{ kind: 'lines', text: 'three', end: 14 }]);
    expect(lines.isUnfinished).toBe(false);
    expect(flush(lines)).toBeUndefined();
  });

  it('other control characters and a byte order mark stay in the text', () => {
    const lines = new LineSplitter(START);
    expect(push(lines, '\n\na\r\n\rb\0\n')).toEqual([{ kind: 'lines', text: '\n\na\r\n\rb\0', end: 9 }]);
    expect(push(lines, '\ufeff\n')).toEqual([{ kind: 'lines', text: '\ufeff', end: 13 }]);
  });

  it('offsets count bytes from the given start', () => {
    const lines = new LineSplitter(advance(START, 1_000));
    expect(push(lines, '€\n💡')).toEqual([{ kind: 'lines', text: '€', end: 1_004 }]);
    expect(flush(lines)).toEqual({ kind: 'partial', text: '💡', end: 1_008 });
  });

  it('an unfinished line comes out on demand, and its rest follows', () => {
    const lines = new LineSplitter(START);
    push(lines, 'half');
    expect(lines.isUnfinished).toBe(true);
    expect(partial(lines)).toEqual({ kind: 'partial', text: 'half', end: 4 });
    expect(lines.isUnfinished).toBe(false);
    expect(partial(lines)).toBeUndefined();
    expect(push(lines, ' whole\nnext')).toEqual([{ kind: 'lines', text: ' whole', end: 11 }]);
  });

  it('a line comes out as an empty text if only its newline was missing', () => {
    const lines = new LineSplitter(START);
    push(lines, 'all of it');
    lines.takePartial();
    expect(push(lines, '\n')).toEqual([{ kind: 'lines', text: '', end: 10 }]);
  });

  it('an incomplete character is held back', () => {
    const lines = new LineSplitter(START);
    const bulb = Buffer.from('💡');
    push(lines, 'a');
    lines.push(bulb.subarray(0, 2));
    expect(partial(lines)).toEqual({ kind: 'partial', text: 'a', end: 1 });
    expect(lines.isUnfinished).toBe(true);
    expect(partial(lines)).toBeUndefined();
    expect(push(lines, bulb.subarray(2))).toEqual([]);
    expect(partial(lines)).toEqual({ kind: 'partial', text: '💡', end: 5 });
  });

  it('bytes that never become a character are replaced', () => {
    const lines = new LineSplitter(START);
    lines.push(Buffer.from([0xff, 0xe2, 0x82]));
    expect(partial(lines)).toEqual({ kind: 'partial', text: '\ufffd', end: 1 });
    expect(push(lines, '\n')).toEqual([{ kind: 'lines', text: '\ufffd', end: 4 }]);
    lines.push(Buffer.from([0xf0, 0x9f]));
    expect(flush(lines)).toEqual({ kind: 'partial', text: '\ufffd', end: 6 });
  });

  it('a line longer than the bound comes out as soon as it exceeds it', () => {
    const lines = new LineSplitter(START, { lineBytesMax: 4 });
    expect(push(lines, 'abcd')).toEqual([]);
    expect(push(lines, 'é')).toEqual([{ kind: 'partial', text: 'abcdé', end: 6 }]);
    expect(push(lines, 'x\nfar too long')).toEqual([
      { kind: 'lines', text: 'x', end: 8 },
      { kind: 'partial', text: 'far too long', end: 20 },
    ]);
  });

  it('an unfinished line is kept up to 64 KiB by default', () => {
    const lines = new LineSplitter(START);
    expect(push(lines, Buffer.alloc(64 * 1024, 'x'))).toEqual([]);
    expect(push(lines, 'x')).toMatchObject([{ kind: 'partial', end: 64 * 1024 + 1 }]);
  });

  it('a line that arrives whole is not cut, however long it is', () => {
    const line = 'x'.repeat(300_000);
    expect(push(new LineSplitter(START), `${line}\n`)).toEqual([{ kind: 'lines', text: line, end: 300_001 }]);
  });

  it('a line of 60,000 single bytes comes out as one text', () => {
    const lines = new LineSplitter(START);
    for (let i = 0; i < 60_000; i += 1) lines.push(Buffer.from('x'));
    expect(push(lines, '\n')[0]?.text).toHaveLength(60_000);
  });

  it('the texts add up to the whole, however it is cut and whenever partial lines are taken', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        expect(joined(readAll(reading))).toBe(decode(reading.cutting.whole));
      }),
      { numRuns: 500 },
    );
  });

  it('the end offset of each text is where the next one begins', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        const { whole } = reading.cutting;
        const texts = readAll(reading);
        let begin: Offset = reading.from;
        for (const { kind, text, end } of texts) {
          const bytes = whole.subarray(begin - reading.from, end - reading.from);
          expect(kind === 'lines' ? `${text}\n` : text).toBe(decode(bytes));
          if (kind === 'lines') expect(bytes.at(-1)).toBe(0x0a);
          else expect(bytes.includes(0x0a)).toBe(false);
          begin = end;
        }
        expect(begin - reading.from).toBe(whole.length);
      }),
      { numRuns: 500 },
    );
  });

  it('the splitter never keeps a newline, nor more bytes than the bound', () => {
    fc.assert(
      fc.property(anyReading, ({ cutting, lineBytesMax }) => {
        const lines = new LineSplitter(START, { lineBytesMax });
        let came = 0;
        let went: number = START;
        for (const piece of cutting.pieces) {
          came += piece.length;
          for (const { end } of lines.push(piece)) went = end;
          expect(came - went).toBeLessThanOrEqual(Math.max(lineBytesMax, 3));
          expect(cutting.whole.subarray(went, came).includes(0x0a)).toBe(false);
        }
      }),
    );
  });
});
