import { ageText, countText, sizeText } from '../../src/words/quantities';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [4_711, '4.7 kB'],
  [9_960, '10 kB'],
  [99_499, '99 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [126_800_000, '127 MB'],
  [3.2e12, '3.2 TB'],
  [5e15, '5.0 PB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

it('a number of things has commas, and a plural unless it is one', () => {
  expect([0, 1, 12_345].map((count) => countText(count, 'line'))).toEqual([
    '0 lines',
    '1 line',
    '12,345 lines',
  ]);
});

it.each([
  [-5_000, '0s'],
  [0, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_599_000, '59m'],
  [86_399_000, '23h'],
  [400 * 86_400_000, '400d'],
])('%d ms ago are shown as %s', (ms, text) => {
  expect(ageText(ms)).toBe(text);
});
