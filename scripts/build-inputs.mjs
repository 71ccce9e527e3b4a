// Prints a hash of everything that a build reads: the names and the content of the files.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const INPUTS = [
  'src',
  'web',
  'openapi.yaml',
  'scripts/build.mjs',
  'scripts/build-client.mjs',
  'scripts/build-programs.mjs',
  'scripts/build-web.mjs',
  'scripts/prune-dist.mjs',
  'scripts/source-lines.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** @param root the folder of the project */
export function hashOfInputs(root) {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((name) => filesAt(root, name)))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function filesAt(root, name) {
  const path = join(root, name);
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [name];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(hashOfInputs(process.cwd()));
