import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './faults/eventually';

const SIDE_BY_SIDE = join(__dirname, '../scripts/side-by-side.mjs');

const SCRIPTS = {
  well: 'echo well',
  ill: 'echo ill; exit 3',
  // Prints its process id and runs until it is ended.
  lasting: 'echo pid $$; exec sleep 60',
};

describe('scripts that run side by side', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-side-by-side-'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: SCRIPTS }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(...scripts: readonly (keyof typeof SCRIPTS)[]) {
    const child = spawn(process.execPath, [SIDE_BY_SIDE, ...scripts], { cwd: folder });
    return { child, ended: ending(child) };
  }

  it('a run succeeds if all scripts do, and shows the output of each', async () => {
    const { code, output } = await run('well', 'well').ended;
    expect(code).toBe(0);
    expect(output.match(/^well$/gm)).toHaveLength(2);
  });

  it('a run fails if the first script fails, and ends the other', async () => {
    const { code, output } = await run('ill', 'lasting').ended;
    expect(code).toBe(3);
    await untilDead(pidsIn(output));
  });

  it('a run fails if the second script fails, and shows its output', async () => {
    const { code, output } = await run('well', 'ill').ended;
    expect(code).toBe(3);
    expect(output).toContain('ill\n');
  });

  it('an interrupted run ends all its scripts', async () => {
    const { child, ended } = run('lasting', 'lasting');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const { code, output } = await ended;
    expect(code).not.toBe(0);
    const pids = pidsIn(output);
    expect(pids).not.toEqual([]);
    await untilDead(pids);
  });
});

async function ending(child: ChildProcess) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => {
      output += piece;
    });
  }
  const [code]: unknown[] = await once(child, 'close');
  return { code, output };
}

function pidsIn(output: string): readonly number[] {
  return [...output.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
}

function untilDead(pids: readonly number[]): Promise<void> {
  return eventually('they have ended', () => !pids.some(isAlive));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // There is none.
    return false;
  }
}
