import fc from 'fast-check';
import { Characters, unfinishedLength } from '../../src/core/characters';
import { anyBytesCut } from './cuttings';

describe('characters', () => {
  it('are never cut', () => {
    fc.assert(
      fc.property(anyBytesCut, ({ pieces, whole }) => {
        const characters = new Characters();
        const texts = pieces.map((piece) => characters.takeWhole(piece).toString());
        expect(texts.join('') + characters.takeRest().toString()).toBe(whole.toString());
      }),
      { numRuns: 500 },
    );
  });

  it('keep all bytes, of which never more than three are held back', () => {
    fc.assert(
      fc.property(anyBytesCut, ({ pieces, whole }) => {
        const characters = new Characters();
        const passed: Buffer[] = [];
        let [came, went] = [0, 0];
        for (const piece of pieces) {
          const taken = characters.takeWhole(piece);
          passed.push(taken);
          came += piece.length;
          went += taken.length;
          expect(came - went).toBeLessThanOrEqual(3);
        }
        expect(Buffer.concat([...passed, characters.takeRest()])).toEqual(whole);
        expect(characters.takeRest()).toHaveLength(0);
      }),
    );
  });

  it('wait, byte by byte, until they are whole', () => {
    const characters = new Characters();
    const taken = [...Buffer.from('aé€💡')].map((byte) =>
      characters.takeWhole(Buffer.from([byte])).toString(),
    );
    expect(taken).toEqual(['a', '', 'é', '', '', '€', '', '', '', '💡']);
  });

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
  ])('of the bytes %j leave %i to wait for the rest', (bytes, length) => {
    expect(unfinishedLength(Buffer.from(bytes))).toBe(length);
  });

  it('that can still become whole are just those which a decoder waits for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const all = Buffer.from(bytes);
        const length = unfinishedLength(all);
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        expect(all.subarray(0, all.length - length).toString()).toBe(decoder.decode(all, { stream: true }));
      }),
      { numRuns: 2_000 },
    );
  });
});
