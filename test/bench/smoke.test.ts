import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench';

/** A tenth of the real load: about ten seconds a target on a machine that does nothing else. */
const SMALL = ['--scale', '0.1', '--rounds', '1'];
/** It bounds a hang: beside other suites the work takes many times as long as alone. */
const SMOKE_MS = 600_000;
const WORKLOADS = 15;
/** Those in which a stream has one reader. */
const RELAY_WORKLOADS = 5;

interface BenchRecord {
  readonly workload: string;
  readonly isGood?: boolean;
  readonly skip?: string;
}

describe('the benchmark', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-bench-smoke-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  async function recordsOf(...args: readonly string[]): Promise<readonly BenchRecord[]> {
    const json = join(folder, 'out.json');
    await runBench('run.mjs', '--json', json, ...SMALL, ...args);
    const { records }: { records: BenchRecord[] } = JSON.parse(readFileSync(json, 'utf8'));
    return records;
  }

  it.each([
    ['loom:files', WORKLOADS],
    ['loom:redis', WORKLOADS],
    ['loom-durable:redis', WORKLOADS],
    ['bare:raw', WORKLOADS],
    ['loom-rendezvous:files', RELAY_WORKLOADS],
    ['loom-rendezvous:nodes', RELAY_WORKLOADS],
    ['loom-httpipe', RELAY_WORKLOADS],
  ])(
    'each workload gets back from %s every byte that it sends',
    async (target, workloads) => {
      expect(await recordsOf('--strict', '--targets', target)).toHaveLength(workloads);
    },
    SMOKE_MS,
  );

  it.each([
    ['loom-as:memory', 'W1,W3,W4'],
    ['loom-as:redis-always', 'W1,W3cold,W4'],
    ['loom-durable-as:os', 'W2b,W4'],
    ['loom-durable-as:always', 'W2b,W4'],
    ['loom-durable-as:redis-everysec', 'W2b,W4'],
    ['bare:file', 'W1,W3cold'],
  ])(
    'the bytes come back from %s, whatever its acknowledgement promises: %s',
    async (target, workloads) => {
      const records = await recordsOf('--strict', '--targets', target, '--workloads', workloads);
      expect(records.map((record) => [record.workload, record.isGood])).toEqual(
        workloads.split(',').map((workload) => [workload, true]),
      );
    },
    SMOKE_MS,
  );

  it.each([
    ['loom-node24:files', 'W1,W2b,W3,W4'],
    ['loom-durable-node24:redis', 'W2b,W4'],
    ['loom-tls:files', 'W3,W4,W5'],
    ['nchan:redis', 'W1,W2b,W3cold,W4'],
    ['ds-rust:wal', 'W1,W2b,W3cold,W4,W5'],
    ['ds-rust:memory', 'W2b,W4'],
    ['ds-caddy:file', 'W2b,W3cold,W4,W5'],
    ['ds-caddy:mem', 'W2b,W4'],
    ['s2-lite:local', 'W1,W2b,W4,W5'],
    ['s2-lite:memory', 'W2b,W4'],
    ['busl', 'W1,W2,W3,W4'],
    ['httpipe', 'W1,W2,W4'],
    ['piping-rust', 'W1,W2,W4'],
  ])(
    'where %s is installed its bytes come back; where not, what brings it is named',
    async (target, workloads) => {
      const records = await recordsOf('--targets', target, '--workloads', workloads);
      const wrong = records.filter(({ isGood, skip }) => isGood !== true && skip === undefined);
      expect(wrong).toEqual([]);
      if (records.length === workloads.split(',').length) return;
      expect(records).toMatchObject([{ workload: '*', skip: expect.stringMatching(/ is missing: \S/) }]);
    },
    SMOKE_MS,
  );
});
