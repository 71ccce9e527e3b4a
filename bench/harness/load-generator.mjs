import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { program } from './build.mjs';

const TIMEOUT_MS = 60_000;

/**
 * Runs load/lg.c, which explains its arguments.
 * @param onPhase of a run with `step: 1`: is told each phase's name, and the load goes on when its promise is fulfilled
 * @returns the object that it printed last. @throws when it ended without one
 */
export async function generateLoad(args, onPhase = async () => {}, timeoutMs = TIMEOUT_MS) {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const child = spawn(
    program('lg', { withTls: args.tls !== undefined }),
    given.map(([key, value]) => `${key}=${value}`),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  // What it does not read any more because it has ended is nothing to report: its end is.
  child.stdin.on('error', () => {});
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => resolve(signal ?? code));
  });
  let result;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (said.phase === undefined) result = said;
    else {
      await onPhase(said.phase);
      child.stdin.write('x');
    }
  }
  const how = await ended;
  clearTimeout(timer);
  if (result === undefined) throw new Error(`the load generator ended with ${how} and without a result`);
  return result;
}
