// Deletes what nothing loads: modules and types to which no entry leads, such as those that only the bundles of the commands have.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ENTRIES = [
  ...['dist/index.d.ts', 'dist/client/index.d.ts'],
  ...['dist/index.js', 'dist/client/index.js', 'dist/loom.js', 'dist/cli/main.js'],
  // scripts/settings.mjs, which is not in the package.
  'dist/config/default-yaml.js',
];
/** Imports, and the entries of threads, which a bundle has by their paths. */
const REFERENCE = /(?:from|import\(|require\(|require\.resolve\(|__dirname,)\s*['"](\.?[\w./-]+)['"]/g;

const reached = new Set();
for (const file of ENTRIES) reach(file);
for (const name of readdirSync('dist', { recursive: true })) {
  const file = join('dist', name);
  if (/\.(?:d\.ts|js)$/.test(file) && !reached.has(file)) rmSync(file);
}

function reach(file) {
  if (reached.has(file) || !existsSync(file)) return;
  reached.add(file);
  const suffix = file.endsWith('.d.ts') ? '.d.ts' : '.js';
  for (const [, path] of readFileSync(file, 'utf8').matchAll(REFERENCE)) {
    const target = join(dirname(file), path.replace(/\.js$/, ''));
    reach(`${target}${suffix}`);
    reach(join(target, `index${suffix}`));
  }
}
