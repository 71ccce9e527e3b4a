import fc from 'fast-check';
import { JSON_DEPTH_MAX, type JsonFault, JsonScanner, scanJson } from '../../src/core/json/json-scanner';

/** The verdict of `JSON.parse` on the same bytes. */
function reference(bytes: Buffer): JsonFault | undefined {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return undefined;
  } catch {
    return 'malformed';
  }
}

/** @param size of the slices */
function scan(bytes: Buffer, size: number): JsonFault | undefined {
  const scanner = new JsonScanner();
  for (let at = 0; at < bytes.length; at += size) {
    const fault = scanner.push(bytes.subarray(at, at + size));
    if (fault !== undefined) return fault;
  }
  return scanner.end();
}

const anySize = fc.integer({ min: 1, max: 20 });
const anyText = fc
  .tuple(fc.json({ stringUnit: 'binary', maxDepth: 5 }), fc.integer({ min: 0, max: 3 }))
  .map(([text, indent]) => Buffer.from(JSON.stringify(JSON.parse(text), null, indent)));

describe('JsonScanner', () => {
  it.each([
    ...[
      '',
      ' ',
      'null',
      ' true ',
      'false',
      '0',
      '-0',
      '-',
      '01',
      '1.',
      '.5',
      '1.5',
      '1e5',
      '1E+5',
      '1e-',
      '1e',
      '+1',
    ],
    ...[
      '1e999',
      '9'.repeat(10_000),
      '-9.9e-9',
      '1 2',
      '"',
      '""',
      '"\\""',
      '"\\x"',
      '"\\u12"',
      '"\\uD800"',
      '"\\u00Eg"',
    ],
    ...[
      '"\t"',
      '"\u007f"',
      '[]',
      '[',
      ']',
      '[1,]',
      '[,1]',
      '[1 2]',
      '[1]]',
      '{}',
      '{',
      '}',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
    ],
    ...[
      '{"a":1 "b":2}',
      '{"a":1,"a":2}',
      '{"__proto__":{"x":1}}',
      "{'a':1}",
      '{a:1}',
      '{1:1}',
      '[}',
      '{]',
      '[{"a":[{}]}]',
    ],
    ...[
      'nul',
      'nulll',
      'tru',
      'truefalse',
      'NaN',
      'Infinity',
      'undefined',
      '// 1',
      '1 // x',
      '\ufeff1',
      '\u00a01',
      '1,',
      ',',
      ':',
    ],
  ])('the scanner agrees with JSON.parse, however the text is cut: %j', (text) => {
    for (const size of [1, 2, 3, text.length + 1])
      expect(scan(Buffer.from(text), size)).toBe(reference(Buffer.from(text)));
  });

  it('every output of JSON.stringify is valid, however it is cut', () => {
    fc.assert(fc.property(anyText, anySize, (text, size) => scan(text, size) === undefined));
  });

  it('the scanner agrees with JSON.parse if any byte is changed, removed or doubled', () => {
    const anyByte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(...Buffer.from('{}[],:"\\ \n0123456789.-+eEtrufalsn')),
    );
    fc.assert(
      fc.property(
        anyText,
        fc.nat(),
        fc.array(anyByte, { maxLength: 2 }),
        anySize,
        (text, place, bytes, size) => {
          const at = place % text.length;
          const changed = Buffer.concat([text.subarray(0, at), Buffer.from(bytes), text.subarray(at + 1)]);
          expect(scan(changed, size)).toBe(reference(changed));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('the scanner agrees with a UTF-8 decoder about any bytes in a string', () => {
    const anyBytes = fc.array(
      fc.oneof(
        fc.integer({ min: 0x7f, max: 0xff }),
        fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(anyBytes, anySize, (bytes, size) => {
        const text = Buffer.from([0x22, ...bytes, 0x22]);
        expect(scan(text, size)).toBe(reference(text));
      }),
      { numRuns: 5_000 },
    );
  });

  const nested = (levels: number): string[] => [
    '['.repeat(levels) + ']'.repeat(levels),
    `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
    `[${'{"a":['.repeat((levels - 1) / 2)}${']}'.repeat((levels - 1) / 2)}]`,
  ];

  it('a text may be nested a hundred levels deep, and no deeper', () => {
    for (const text of nested(JSON_DEPTH_MAX)) expect(scanJson(text)).toBeUndefined();
    for (const text of nested(JSON_DEPTH_MAX + 1)) expect(scanJson(text)).toBe('too deep');
    expect(scanJson('['.repeat(1_000_000))).toBe('too deep');
    expect(scanJson(`[${'[],'.repeat(1_000)}[]]`)).toBeUndefined();
    expect(scanJson(JSON.stringify('['.repeat(1_000)))).toBeUndefined();
  });
});
