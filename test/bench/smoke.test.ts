import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench';

/** A tenth of the real load: about ten seconds a target on a machine that does nothing else. */
const SMALL = ['--scale', '0.1', '--rounds', '1', '--strict'];
const SMOKE_MS = 180_000;
const WORKLOADS = 13;
/** Those in which a stream has one reader. */
const RELAY_WORKLOADS = 5;

describe('the benchmark', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-bench-smoke-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['loom:files', WORKLOADS],
    ['loom:redis', WORKLOADS],
    ['loom-durable:redis', WORKLOADS],
    ['bare:raw', WORKLOADS],
    ['loom-rendezvous:files', RELAY_WORKLOADS],
    ['loom-rendezvous:nodes', RELAY_WORKLOADS],
  ])(
    'each workload gets back from %s every byte that it sends',
    async (target, workloads) => {
      const json = join(folder, 'out.json');
      await runBench('run.mjs', '--targets', target, '--json', json, ...SMALL);
      const { records }: { records: unknown[] } = JSON.parse(readFileSync(json, 'utf8'));
      expect(records).toHaveLength(workloads);
    },
    SMOKE_MS,
  );
});
