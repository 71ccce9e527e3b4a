import { durationText } from '../../src/words/durations';

it.each([
  [-5, '0 s'],
  [400, '0.4 s'],
  [9_940, '9.9 s'],
  [9_960, '9.9 s'],
  [3_000, '3 s'],
  [10_000, '10 s'],
  [59_999, '59 s'],
  [185_000, '3 m 05 s'],
  [8_040_000, '2 h 14 m'],
  [273_600_000, '3 d 4 h'],
])('%d ms are shown as %j', (ms, words) => {
  expect(durationText(ms)).toBe(words);
});
