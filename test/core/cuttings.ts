import fc from 'fast-check';

export interface Cutting {
  readonly whole: Buffer;
  readonly pieces: readonly Buffer[];
}

/** Text of all lengths of characters, broken characters, newlines and plain bytes, mixed. */
const anyContent = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text)),
      fc.constantFrom('\n', '\r\n', '\n\n', 'é€💡', '\ufeff').map((text) => Buffer.from(text)),
      fc
        .constantFrom([0xe2, 0x82], [0xf0, 0x9f, 0x92], [0xed, 0xa0, 0x80], [0xc3], [0x80], [0xff])
        .map(Buffer.from),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts));

/** Any bytes, cut anywhere. */
export const anyBytesCut: fc.Arbitrary<Cutting> = fc
  .tuple(anyContent, fc.array(fc.nat(200), { maxLength: 20 }))
  .map(([whole, places]) => {
    const cuts = [0, ...places.map((place) => Math.min(place, whole.length)).toSorted((a, b) => a - b)];
    return { whole, pieces: cuts.map((from, i) => whole.subarray(from, cuts[i + 1])) };
  });
