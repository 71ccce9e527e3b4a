import fc from 'fast-check';
import { NumberedLines } from '../../src/core/lines/numbered-lines';
import { advance, START } from '../../src/core/log/offset';
import { encodeLines } from '../../src/http/json/line-objects';
import { anyBytesCut } from '../core/cuttings';

const AT = 1_764_396_193_123;
const TIME = '2025-11-29T06:03:13.123Z';

describe('the objects of lines', () => {
  const line = { line: 1, offset: START, at: AT, text: Buffer.from(''), isPartial: false, isCut: false };
  const encoded = (more: object): string => encodeLines([{ ...line, ...more }]).toString();

  it('have the fields of the contract in their order', () => {
    expect(encoded({ line: 120, offset: advance(START, 4711), text: Buffer.from('a') })).toBe(
      `{"line":120,"offset":4711,"time":"${TIME}","text":"a"}\n`,
    );
    expect(encoded({ at: undefined })).toBe('{"line":1,"offset":0,"time":null,"text":""}\n');
    expect(encoded({ isPartial: true, isCut: true })).toBe(
      `{"line":1,"offset":0,"time":"${TIME}","text":"","partial":true,"cut":true}\n`,
    );
  });

  it.each([0, 9, 10, 2 ** 31 - 1, 2 ** 31, 99_999_999_999, Number.MAX_SAFE_INTEGER])(
    'have the number %i as it is',
    (number) => {
      const { line, offset } = JSON.parse(encoded({ line: number, offset: number }));
      expect([line, offset]).toEqual([number, number]);
    },
  );

  it('have every byte of text as JSON.stringify has it', () => {
    const all = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte));
    for (const text of [all, Buffer.from('é€💡\u2028\ufeff'), Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x22])]) {
      const shown = new TextDecoder('utf-8', { ignoreBOM: true }).decode(text);
      expect(encoded({ text })).toContain(`,"text":${JSON.stringify(shown)}}`);
    }
  });

  it('make up the bytes again, with exact numbers and offsets, however the bytes are cut', () => {
    fc.assert(
      fc.property(anyBytesCut, fc.nat(3), ({ whole, pieces }, every) => {
        const lines = new NumberedLines(START, 1, 1024);
        const objects = pieces.flatMap((piece, i) => {
          const part = i % (every + 1) === 0 ? lines.takePartial() : undefined;
          return [...(part ? [part] : []), ...lines.push(piece, [])];
        });
        const rest = lines.flush();
        const all = [...objects, ...(rest ? [{ ...rest, isPartial: true }] : [])];
        const parsed = encodeLines(all).toString().trimEnd().split('\n').filter(Boolean).map(parse);
        expect(parsed.map(({ text, partial }) => (partial ? text : `${text}\n`)).join('')).toBe(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole),
        );
        for (const { line, offset } of parsed)
          expect(line).toBe(whole.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1);
      }),
    );
  });
});

interface Parsed {
  readonly line: number;
  readonly offset: number;
  readonly text: string;
  readonly partial?: boolean;
}

function parse(json: string): Parsed {
  return JSON.parse(json);
}
