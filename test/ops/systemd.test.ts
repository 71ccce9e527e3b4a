import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const UNIT = join(__dirname, '../../ops/loom.service');
/** The exposure in tenths that systemd calls OK is up to 49. */
const EXPOSURE_MAX = 30;

describe('ops/loom.service', () => {
  let directory: string;
  let unit: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loom-unit-'));
    unit = join(directory, 'loom.service');
    // The check wants the program to be there, and this machine may have its Node elsewhere.
    const text = (await readFile(UNIT, 'utf8')).replace('/usr/bin/node', process.execPath);
    await writeFile(unit, text);
  });
  afterAll(() => rm(directory, { recursive: true }));
  const analyze = (...args: string[]) => promisify(execFile)('systemd-analyze', args, { cwd: directory });

  it('systemd finds nothing wrong with it', async () => {
    const { stdout, stderr } = await analyze('verify', '--man=no', unit);
    expect(stdout + stderr).toBe('');
  });

  it(`exposes at most ${EXPOSURE_MAX / 10} of 10`, async () => {
    const threshold = ['--offline=true', `--threshold=${EXPOSURE_MAX}`];
    const { stdout } = await analyze('security', ...threshold, '--no-pager', unit);
    expect(stdout).toMatch(/Overall exposure level for loom.service: [0-3]\.\d/);
  });
});
