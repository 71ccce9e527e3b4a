import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE, toolOf, withEmptyProject } from './packed-package';

const project = withEmptyProject();
beforeAll(() => project.unpack());

it('publint finds nothing to improve in the package', async () => {
  const found = await project.run(
    process.execPath,
    toolOf('publint', 'src/cli.js'),
    '--strict',
    project.tarball,
  );
  expect(found).toContain('All good!');
});

it('the types of every entry are right for every kind of import', async () => {
  const found = await project.run(process.execPath, path.join(__dirname, 'check-types.mjs'), project.tarball);
  expect(JSON.parse(found)).toEqual({ kind: 'included', problems: [] });
});

it('every file of the package is of use to a command or an entry', () => {
  const reached = reachedFrom([...entries(), 'package.json', 'README.md', 'LICENSE']);
  const unused = filesOfTarball().filter((file) => !reached.has(file) && !isRead(file));
  expect(unused).toEqual([]);
});

it('every file to which an entry leads is in the package', () => {
  const files = new Set(filesOfTarball());
  expect([...reachedFrom(entries())].filter((file) => !files.has(file))).toEqual([]);
});

/** What the server reads by its path: for stack traces, the source lines of its bundle. And the manual pages, which npm links. */
function isRead(file: string): boolean {
  return /^dist\/(?:web|man)\/|\.lua$|^dist\/loom\.lines\.json$|^config\/default\.yaml$/.test(file);
}

function filesOfTarball(): string[] {
  const listed = execFileSync('tar', ['-tzf', project.tarball], { encoding: 'utf8' });
  return listed
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''));
}

function entries(): string[] {
  const manifest: { bin: object; exports: object } = JSON.parse(read('package.json'));
  return leavesOf([manifest.bin, manifest.exports]).map((file) => file.replace(/^\.\//, ''));
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

/** Follows imports, and names of scripts such as those of workers, in JavaScript and in types. */
function reachedFrom(files: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const waiting = [...files];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    if (!/^bin\/|\.[cm]?[jt]s$/.test(file) || !existsSync(pathOf(file))) continue;
    for (const [, target = ''] of read(file).matchAll(
      /(?:from|require\(|require\.resolve\(|import\(|import) ?['"](\.[^'"]+)['"]/g,
    ))
      waiting.push(resolved(file, target));
    for (const [, script = ''] of read(file).matchAll(/__dirname, ['"]([\w./-]+\.js)['"]/g))
      waiting.push(path.posix.join(path.posix.dirname(file), script));
    if (file.startsWith('bin/') && read(file).includes("'dist', 'cli', 'main.js'"))
      waiting.push('dist/cli/main.js');
  }
  return reached;
}

function resolved(from: string, target: string): string {
  const base = path.posix.join(path.posix.dirname(from), target);
  const isTypes = from.endsWith('.ts') || from.endsWith('.mts');
  const candidates = isTypes
    ? [base.replace(/\.js$/, '.d.ts'), `${base}.d.ts`, `${base}/index.d.ts`]
    : [base, `${base}.js`, `${base}/index.js`, `${base}.json`];
  return candidates.find((file) => existsSync(pathOf(file)) && path.posix.extname(file) !== '') ?? base;
}

function pathOf(file: string): string {
  return project.path('node_modules', PACKAGE, file);
}

function read(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}
