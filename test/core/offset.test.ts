import fc from 'fast-check';
import { advance, OFFSET_MAX, parseOffset, START } from '../../src/core/log/offset';

describe('parseOffset', () => {
  it('any offset parses from its decimal digits', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => expect(parseOffset(String(n))).toBe(n)));
  });

  it.each([
    '',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    ' 1',
    '1 ',
    '1\n',
    '١',
    'NaN',
    'Infinity',
    '1_000',
    '9007199254740992',
    '9'.repeat(17),
  ])('the text %j is refused', (text) => expect(parseOffset(text)).toBeUndefined());

  it('the largest offset is the largest safe integer', () => {
    expect(parseOffset('9007199254740991')).toBe(OFFSET_MAX);
  });

  it('an offset may have leading zeros', () => {
    expect(parseOffset('007')).toBe(7);
  });

  it('an offset advances by bytes', () => {
    expect(advance(advance(START, 3), 4)).toBe(7);
  });
});
