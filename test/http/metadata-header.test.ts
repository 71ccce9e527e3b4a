import fc from 'fast-check';
import { parseMetadataHeader, renderMetadata } from '../../src/http/loom/headers/metadata-header';

/** A header as Node hands it over: its bytes as Latin-1. */
const header = (text: string): string => Buffer.from(text).toString('latin1');

describe('X-Stream-Metadata', () => {
  it('the metadata may be any JSON value', () => {
    for (const value of [null, false, 0, 'x', [1], { a: { b: 1 } }]) {
      expect(parseMetadataHeader(JSON.stringify(value), 100)).toEqual(value);
    }
  });

  it('the header is read as UTF-8 if it is valid, otherwise as Latin-1', () => {
    expect(parseMetadataHeader(header('"é€😀"'), 100)).toBe('é€😀');
    expect(parseMetadataHeader('"\u00e9"', 100)).toBe('é');
  });

  it.each(['', '{', "{'a':1}", 'undefined', '{"a":1}x'])('the malformed header %j is refused', (text) => {
    expect(() => parseMetadataHeader(text, 100)).toThrow('X-Stream-Metadata is not JSON');
  });

  it('a header over the limit is refused with both lengths', () => {
    expect(() => parseMetadataHeader('"12345678"', 9)).toThrow(
      'X-Stream-Metadata has 10 bytes; at most 9 are allowed',
    );
  });

  it('any metadata is rendered as a legal header of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const rendered = renderMetadata(value as never);
        expect(rendered).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(rendered)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
