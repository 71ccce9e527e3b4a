import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench';

const RESUME_MS = 60_000;
const TARGETS = ['bare:raw', 'bare:res'];

interface BenchRun {
  commit: string;
  records: { readonly target: string; readonly round: number }[];
  paces: { readonly round: number }[];
  finished: { readonly target: string; readonly round: number }[];
}

describe('a run of the benchmark that was stopped', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-bench-resume-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const path = (): string => join(folder, 'out.json');
  const read = (): BenchRun => JSON.parse(readFileSync(path(), 'utf8'));
  const measure = (rounds: number, ...more: readonly string[]): Promise<string> =>
    runBench(
      'run.mjs',
      ...['--targets', TARGETS.join(), '--workloads', 'W0', '--json', path(), '--rounds', String(rounds)],
      ...more,
    );
  const ofRound = (run: BenchRun, round: number): unknown[] =>
    run.records.filter((each) => each.round === round);

  it(
    'goes on with what is missing, and measures a target again that was stopped among its workloads',
    async () => {
      await measure(1);
      const whole = read();
      expect(whole.records.map(({ target }) => target)).toEqual(TARGETS);
      // As it is when it was stopped while the second target was measured.
      writeFileSync(path(), JSON.stringify({ ...whole, finished: whole.finished.slice(0, 1) }));

      await measure(2, '--resume');
      const resumed = read();
      expect(ofRound(resumed, 1)).toHaveLength(2);
      expect(ofRound(resumed, 1)[0]).toEqual(whole.records[0]);
      expect(ofRound(resumed, 1)[1]).not.toEqual(whole.records[1]);
      expect(ofRound(resumed, 2)).toHaveLength(2);
      expect(resumed.paces.map(({ round }) => round)).toEqual([1, 2]);
    },
    RESUME_MS,
  );

  it(
    'does not go on with other code',
    async () => {
      writeFileSync(path(), JSON.stringify({ ...read(), commit: 'another' }));
      await expect(measure(2, '--resume')).rejects.toThrow('has another commit: begin a new file');
    },
    RESUME_MS,
  );
});
