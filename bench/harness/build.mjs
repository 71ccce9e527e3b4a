import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, HOME } from './home.mjs';

const built = new Map();

const WITH_TLS = ['-DWITH_TLS', '-lssl', '-lcrypto'];

/**
 * @returns the path of the program that `load/<name>.c` is the source of, compiled unless this very source already was
 * @param withTls whether it speaks TLS, for which OpenSSL has to be there
 */
export function program(name, { withTls = false } = {}) {
  const key = withTls ? `${name}-tls` : name;
  if (!built.has(key))
    built.set(key, compile(join(BENCH, 'load', `${name}.c`), key, withTls ? WITH_TLS : []));
  return built.get(key);
}

function compile(source, name, more) {
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const binary = join(HOME, `${name}-${hash}`);
  if (existsSync(binary)) return binary;
  mkdirSync(HOME, { recursive: true });
  // Two runs may compile at once: each sees a whole program or none.
  const unfinished = `${binary}.${process.pid}`;
  execFileSync('gcc', ['-O2', '-o', unfinished, source, ...more], { stdio: 'inherit' });
  renameSync(unfinished, binary);
  return binary;
}
