import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { BIN, type Finished } from './stream-process';

/** Runs a line of a shell in which `stream` is a command, as a user does. */
export async function shellLine(
  line: string,
  { env = {}, input = '' }: { env?: Readonly<Record<string, string>>; input?: string } = {},
): Promise<Finished> {
  const child = startShellLine(line, env);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (bytes) => stdout.push(bytes));
  child.stderr?.on('data', (bytes) => stderr.push(bytes));
  // A command that has exited does not read the rest of its input.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  await once(child, 'close');
  return {
    code: child.exitCode,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

function startShellLine(line: string, env: Readonly<Record<string, string>>): ChildProcess {
  const PATH = `${dirname(BIN)}:${dirname(process.execPath)}:${process.env['PATH']}`;
  return spawn('sh', ['-c', line], { env: { ...process.env, PATH, ...env } });
}
