import { runBench } from './run-bench';

const SELFTEST_MS = 180_000;

describe('the self-test of the benchmark', () => {
  it(
    'the benchmark fails servers that lose, change, double, swap or misplace data or confirm it too soon',
    async () => {
      const verdicts = await runBench('selftest.mjs');
      expect(verdicts).toContain('as it should be');
      expect(verdicts).not.toContain('WRONG');
    },
    SELFTEST_MS,
  );
});
