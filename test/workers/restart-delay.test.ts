import { RestartDelay } from '../../src/workers/restart-delay';

const AN_HOUR_MS = 3_600_000;

it('a first death is followed by no delay, and early deaths in a row by growing delays up to 10 s', () => {
  const restart = new RestartDelay();
  const delays = Array.from({ length: 10 }, () => restart.after(100));
  expect(delays).toEqual([0, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
});

it('a worker that ran for an hour resets the delay', () => {
  const restart = new RestartDelay();
  for (let deaths = 0; deaths < 5; deaths += 1) restart.after(100);
  expect(restart.after(AN_HOUR_MS)).toBe(0);
  expect(restart.after(100)).toBe(200);
});
