import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BENCH } from './home.mjs';

const TIMEOUT_MS = 60_000;
const run = promisify(execFile);

/** Runs a script of `clients/` in a process of its own. @returns the JSON that it prints as its last line */
export async function runClient(script, args) {
  const { stdout } = await run(process.execPath, [join(BENCH, 'clients', script), ...args.map(String)], {
    timeout: TIMEOUT_MS,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
