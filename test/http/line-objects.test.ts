import { advance, START } from '../../src/core/log/offset';
import { encodeLines } from '../../src/http/json/line-objects';

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
});
