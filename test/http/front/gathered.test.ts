import fc from 'fast-check';
import { CoalescedChunks } from '../../../src/http/body/coalesced-chunks';

function gather(pieces: readonly Buffer[]): CoalescedChunks {
  const gathered = new CoalescedChunks();
  for (const piece of pieces) gathered.push(piece);
  return gathered;
}

describe('CoalescedChunks', () => {
  it('the chunks hold the bytes of the pieces in order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 })), (pieces) => {
        const gathered = gather(pieces.map((piece) => Buffer.from(piece)));
        const whole = Buffer.concat(pieces);
        expect(Buffer.concat(gathered.chunks).equals(whole)).toBe(true);
        expect(gathered.bytes).toBe(whole.length);
      }),
    );
  });

  it('many small pieces become few chunks', () => {
    const { chunks } = gather(Array.from({ length: 100_000 }, () => Buffer.from('x')));
    expect(chunks.length).toBeLessThan(50);
  });

  it('large pieces are not copied', () => {
    const pieces = Array.from({ length: 3 }, () => Buffer.alloc(64 * 1024));
    expect(gather(pieces).chunks).toEqual(pieces);
    expect(gather(pieces).chunks[1]?.buffer).toBe(pieces[1]?.buffer);
  });
});
