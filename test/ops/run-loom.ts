import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const BIN = join(__dirname, '../../bin/loom');

export interface Finished {
  /** `null` when a signal was the end. */
  readonly code: number | null;
  /** Of stdout and stderr. */
  readonly text: string;
}

/** A command of `bin/loom` that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export function startLoom(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  const finished = once(child, 'close').then(() => ({ code: child.exitCode, text }));
  return { child, finished };
}

export function runLoom(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return startLoom(args, env).finished;
}
