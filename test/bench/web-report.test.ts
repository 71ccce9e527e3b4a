import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench';

interface Figure {
  readonly target: string;
  readonly round: number;
  readonly figure: string;
  readonly value?: number;
  readonly limitMs?: number;
  readonly hasCrashed?: boolean;
}

const LOOM: readonly Figure[] = [
  { target: 'loom', round: 1, figure: 'heap', value: 1.5 },
  { target: 'loom', round: 2, figure: 'heap', value: 2 },
  { target: 'loom', round: 3, figure: 'heap', value: 9 },
];

describe('the report of viewers', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-bench-web-report-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('a cell has the median of the rounds, the least and the most', async () => {
    const peer = { target: 'peer', round: 1, figure: 'heap', value: 9.5 };
    const section = await report([...LOOM, peer]);
    expect(section).toContain('| JavaScript heap after a collection, MB | 2.00 (1.50–9.00) | 9.50 (9.50) |');
    expect(section).toContain('Loom is first in every row.');
  });

  it('a target that does not finish is named with the limit, and is not first', async () => {
    const section = await report([...LOOM, { target: 'peer', round: 1, figure: 'heap', limitMs: 120_000 }]);
    expect(section).toContain('| 2.00 (1.50–9.00) | not within 120 s |');
    expect(section).toContain('Loom is first in every row.');
  });

  it('a target whose page crashes is said to have crashed', async () => {
    const section = await report([...LOOM, { target: 'peer', round: 1, figure: 'heap', hasCrashed: true }]);
    expect(section).toContain('| 2.00 (1.50–9.00) | the page crashed |');
  });

  it('a row in which Loom is not first is refused while no reason is given for it', async () => {
    const peer = { target: 'peer', round: 1, figure: 'heap', value: 0.5 };
    await expect(report([...LOOM, peer])).rejects.toThrow('Loom is not first at heap');
  });

  function report(figures: readonly Figure[]): Promise<string> {
    const json = join(folder, 'web.json');
    const targets = [
      { name: 'loom', title: 'Loom' },
      { name: 'peer', title: 'Peer', version: '1.2.3' },
    ];
    const run = { at: '2026-11-30T09:00:00.000Z', commit: 'abc', rounds: 3, scale: 1, chromium: '156' };
    const machine = { cpu: 'any', cores: 2 };
    const loads = [1.5];
    const log = { lines: 1_000_000, bytes: 127_000_000, limitSeconds: 120 };
    writeFileSync(json, JSON.stringify({ ...run, ...log, machine, loads, targets, figures, wrong: [] }));
    return runBench('report.mjs', '--web', json);
  }
});
