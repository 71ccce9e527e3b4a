import fc from 'fast-check';
import { incompleteUtf8Length } from '../../src/core/bytes/utf8';

describe('incompleteUtf8Length', () => {
  it.each([
    [[0x61], 0],
    [[0xc3], 1],
    [[0xe2], 1],
    [[0xe2, 0x82], 2],
    [[0xf0, 0x9f, 0x92], 3],
    [[0xf0, 0x9f, 0x92, 0xa1], 0],
    [[0x80], 0],
    [[0x80, 0x80, 0x80, 0x80], 0],
    [[0xc0], 0],
    [[0xc1], 0],
    [[0xf5], 0],
    [[0xff], 0],
    [[0xe0, 0x80], 0],
    [[0xe0, 0xa0], 2],
    [[0xed, 0xa0], 0],
    [[0xed, 0x9f], 2],
    [[0xf0, 0x8f], 0],
    [[0xf4, 0x90], 0],
    [[0xf4, 0x8f, 0xbf], 3],
    [[], 0],
  ])('the bytes %j end with %i bytes of an incomplete character', (bytes, length) => {
    expect(incompleteUtf8Length(Buffer.from(bytes))).toBe(length);
  });

  it('the counted bytes are exactly those that a streaming decoder keeps for the next chunk', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const all = Buffer.from(bytes);
        const length = incompleteUtf8Length(all);
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        expect(all.subarray(0, all.length - length).toString()).toBe(decoder.decode(all, { stream: true }));
      }),
      { numRuns: 2_000 },
    );
  });
});
