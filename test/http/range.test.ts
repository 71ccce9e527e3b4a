import fc from 'fast-check';
import { parseRange } from '../../src/http/headers/byte-range';

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { from: 0, to: 1 }],
    ['bytes=2-5', { from: 2, to: 6 }],
    ['bytes=5-', { from: 5, to: 10 }],
    ['bytes=-3', { from: 7, to: 10 }],
    ['bytes=-99', { from: 0, to: 10 }],
    ['bytes=8-99', { from: 8, to: 10 }],
    ['BYTES=1-2', { from: 1, to: 3 }],
    ['bytes= 1 - 2', { from: 1, to: 3 }],
  ])('the range %s of 10 bytes selects %j', (header, range) => {
    expect(parseRange(header, 10)).toEqual(range);
  });

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('the range %s of 10 bytes is unsatisfiable', (header) => {
    expect(parseRange(header, 10)).toBe('unsatisfiable');
  });

  it('a range of an empty body is unsatisfiable', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
  });

  it.each(['bytes=', 'bytes=-', 'bytes=a-b', 'lines=0-1', 'bytes=5-2', 'bytes=0-1,3-4', '', 'bytes=1-2-3'])(
    'the range %j is ignored',
    (header) => {
      expect(parseRange(header, 10)).toBeUndefined();
    },
  );

  it('a range never selects bytes beyond the length', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (length, first, last) => {
        const range = parseRange(`bytes=${first}-${last}`, length);
        if (typeof range !== 'object') return;
        expect(range.from).toBe(first);
        expect(range.to).toBe(Math.min(last + 1, length));
        expect(range.to).toBeGreaterThan(range.from);
      }),
    );
  });
});
