import { parseDuration } from '../../src/cli/arguments/duration';

it.each([
  ['500ms', 500],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('the duration %s is parsed as %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', '5', 's', '-1s', '5 s', '5y'])('the text %j is refused as a duration', (text) => {
  expect(() => parseDuration(text)).toThrow('not a duration');
});
