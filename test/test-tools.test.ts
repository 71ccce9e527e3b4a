import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '../scripts/install-test-tools.mjs');
const NEEDED = [
  'redis-server',
  'redis-cli',
  'chromium',
  'faketime',
  'nginx',
  'caddy',
  'openssl',
  'promtool',
  'systemd-analyze',
  'gcc',
];

describe('scripts/install-test-tools.mjs', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loom-tools-'));
    // `env` and `sudo` only say what they would run.
    for (const program of ['env', 'sudo', 'apt-get']) await install(program, 'echo "would run: $*"');
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function install(program: string, script = ''): Promise<void> {
    await writeFile(join(directory, program), `#!/bin/sh\n${script}\n`);
    await chmod(join(directory, program), 0o755);
  }
  const run = (...args: readonly string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [SCRIPT, ...args],
        { env: { PATH: directory, HOME: directory, PYTHON: join(directory, 'python') } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      );
    });

  it('installs also that without which tests are skipped', async () => {
    for (const program of [...NEEDED, 'man']) await install(program);
    const { code, output } = await run();
    expect(code).toBe(0);
    expect(output).toMatch(/would run: .*apt-get install .* zsh fish/);
    expect(output).not.toMatch(/install .*(?:man-db|redis)/);
  });

  it('the tests run where that cannot be installed', async () => {
    for (const program of [...NEEDED, 'man']) await install(program);
    for (const program of ['env', 'sudo']) await install(program, 'exit 100');
    const { code, output } = await run();
    expect(code).toBe(0);
    expect(output).toContain('Some tests are skipped without zsh, fish');
  });

  it('they do not where a program is missing that they need', async () => {
    for (const program of NEEDED.slice(1)) await install(program);
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toContain('redis-server cannot be found on the PATH');
  });

  it('builds the tools of the chart when it is asked to, and not before each run of the tests', async () => {
    for (const program of [...NEEDED, 'man', 'zsh', 'fish', 'python']) await install(program);
    await install('go', 'echo "would build: $*"');
    const before = await run('--as-root-only');
    expect(before).toEqual({ code: 0, output: expect.stringContaining('skipped without helm') });
    expect(before.output).not.toContain('would build');
    expect((await run()).output).toMatch(
      /would build: install helm\.sh.*\n.*\nwould build: install .*kubeconform/,
    );
  });

  it('installs nothing where nothing is missing', async () => {
    for (const program of [...NEEDED, 'man', 'zsh', 'fish', 'python', 'helm', 'kubeconform'])
      await install(program);
    expect(await run()).toEqual({ code: 0, output: '' });
  });
});
