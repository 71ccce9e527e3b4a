// Deletes what the package has no use for: types that no entry leads to, modules of types alone, and the files for the browser's bundle.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TYPES = ['dist/index.d.ts', 'dist/client/index.d.ts'];
/** What the compiler makes of a module that exports types alone: its imports were left out, too. */
const EMPTY_MODULE = '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n';
const RELATIVE_IMPORT = /(?:from|import\()\s*['"](\.[^'"]+)['"]/g;

const reached = new Set();
for (const file of TYPES) reach(file);
for (const name of readdirSync('dist', { recursive: true })) {
  const file = join('dist', name);
  if (isUseless(file)) rmSync(file);
}

function isUseless(file) {
  if (file.endsWith('.d.ts')) return !reached.has(file);
  if (!file.endsWith('.js')) return false;
  return file.endsWith('.browser.js') || readFileSync(file, 'utf8') === EMPTY_MODULE;
}

function reach(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)) {
    const target = join(dirname(file), path.replace(/\.js$/, ''));
    reach(existsSync(`${target}.d.ts`) ? `${target}.d.ts` : join(target, 'index.d.ts'));
  }
}
