import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './build.mjs';

/** Smaller ones are no bulk: a database that a process has mapped, which keeps its pages, is none. */
const BULK_BYTES = 1024 ** 2;
const STAYED_MAX = 0.05;

/**
 * Takes the large files of a folder out of the page cache. Below a virtual machine there may be another cache, which nothing empties.
 * @throws when they stayed, or were not there
 */
export function dropCache(folder) {
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size >= BULK_BYTES);
  if (files.length === 0) throw new Error(`no file in ${folder} is large enough to hold a bulk stream`);
  const { before, after } = JSON.parse(execFileSync(program('drop-cache'), files, { encoding: 'utf8' }));
  if (after > before * STAYED_MAX) throw new Error(`${after} of ${before} bytes stayed in the page cache`);
}
