import { parseDuration } from '../../src/cli/arguments/duration';

it.each([
  ['500ms', 500],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['2.5s', 2_500],
  ['0.5h', 1_800_000],
  ['1h30m', 5_400_000],
  ['1.5m10s', 100_000],
])('the duration %s is parsed as %d ms', (text, ms) => {
  expect(parseDuration(text, '--wait')).toBe(ms);
});

it.each(['', '5', 's', '-1s', '5 s', '5y', '.s', '1.s', '5s1h', '1.2.3s'])(
  'the text %j is refused as a duration',
  (text) => {
    expect(() => parseDuration(text, '--wait')).toThrow('--wait must be a duration');
  },
);
