import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench';

/** A hundredth of the real load. */
const SMALL = ['--scale', '0.01', '--rounds', '1', '--large', '256'];
/** It bounds a hang: beside other suites the work takes many times as long as alone. */
const SMOKE_MS = 600_000;

interface Figure {
  readonly workload: string;
  readonly value: number;
}

describe('the benchmark of lines', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-bench-lines-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['files', ['L1', 'L2', 'L3', 'L4']],
    ['redis', ['L1', 'L2', 'L3']],
  ])(
    'gets the lines and matches from %s that wc, sed and grep print, in each workload',
    async (store, workloads) => {
      const json = join(folder, `${store}.json`);
      await runBench('lines.mjs', '--stores', store, '--json', json, ...SMALL);
      const { figures, wrong }: { figures: Figure[]; wrong: unknown[] } = JSON.parse(
        readFileSync(json, 'utf8'),
      );
      expect(wrong).toEqual([]);
      expect([...new Set(figures.map(({ workload }) => workload))]).toEqual(workloads);
      expect(figures.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
    },
    SMOKE_MS,
  );
});
