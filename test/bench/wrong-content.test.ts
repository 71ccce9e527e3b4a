import { runBench } from './run-bench';

const SELFTEST_MS = 180_000;

describe('the benchmark', () => {
  it(
    'refuses servers that lose, change, double, swap or misplace something, or confirm it too soon',
    async () => {
      const verdicts = await runBench('selftest.mjs');
      expect(verdicts).toContain('as it should be');
      expect(verdicts).not.toContain('WRONG');
    },
    SELFTEST_MS,
  );
});
