import fc from 'fast-check';
import { GrowableBuffer } from '../../../src/storage/memory/growable-buffer';

describe('the buffer of a log in memory', () => {
  it('the buffer holds the appended bytes, and later appends and cuts leave earlier reads unchanged', () => {
    const step = fc.oneof(
      fc.record({ append: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }) }),
      fc.record({ cutTo: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.array(step, { maxLength: 30 }), (first, steps) => {
        const bytes = new GrowableBuffer([Buffer.from(first)]);
        let model = Buffer.from(first);
        const read: [slice: Buffer, was: string][] = [];
        for (const one of steps) {
          if ('append' in one) {
            const chunks = one.append.map((chunk) => Buffer.from(chunk));
            bytes.append(chunks);
            model = Buffer.concat([model, ...chunks]);
          } else {
            model = model.subarray(0, Math.floor(model.length * one.cutTo));
            bytes.truncate(model.length);
          }
          const all = bytes.slice(0, Number.POSITIVE_INFINITY);
          expect(all.equals(model)).toBe(true);
          read.push([all, all.toString('hex')]);
        }
        for (const [slice, was] of read) expect(slice.toString('hex')).toBe(was);
      }),
    );
  });

  it('the buffer is copied fewer than 20 times for 10,000 appends', () => {
    const bytes = new GrowableBuffer([]);
    const rooms = new Set<ArrayBufferLike>();
    for (let i = 0; i < 10_000; i += 1) {
      bytes.append([Buffer.alloc(100)]);
      rooms.add(bytes.slice(0, 1).buffer);
    }
    expect(rooms.size).toBeLessThan(20);
  });
});
