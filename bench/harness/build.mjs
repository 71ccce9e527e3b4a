import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, HOME } from './home.mjs';

const built = new Map();

/** @returns the path of the program that `load/<name>.c` is the source of, compiled unless this very source already was */
export function program(name) {
  if (!built.has(name)) built.set(name, compile(join(BENCH, 'load', `${name}.c`), name));
  return built.get(name);
}

function compile(source, name) {
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const binary = join(HOME, `${name}-${hash}`);
  if (existsSync(binary)) return binary;
  mkdirSync(HOME, { recursive: true });
  // Two runs may compile at once: each sees a whole program or none.
  const unfinished = `${binary}.${process.pid}`;
  execFileSync('gcc', ['-O2', '-o', unfinished, source], { stdio: 'inherit' });
  renameSync(unfinished, binary);
  return binary;
}
