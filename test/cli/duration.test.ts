import { parseDuration } from '../../src/cli/duration';

it.each([
  ['500ms', 500],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', '5', 's', '-1s', '5 s', '5y'])('%j is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow('not a duration');
});
