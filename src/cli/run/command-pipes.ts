import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** A pipe of the system: the reading end, and the descriptor of the writing end for the command. */
export interface CommandPipe {
  readonly from: Readable;
  readonly writeFd: number;
}

/**
 * Opens pipes for a command. The pipes of Node are sockets, of which each process gets its own pair, and which no program can open by name:
 * `echo failed > /dev/stderr` fails in a command that has one.
 * @returns `undefined` where there is no room for named pipes, or no `mkfifo`
 */
export async function openPipes(count: number): Promise<CommandPipe[] | undefined> {
  let directory: string | undefined;
  const pipes: CommandPipe[] = [];
  try {
    directory = await mkdtemp(join(tmpdir(), 'loom-pipes-'));
    const paths = Array.from({ length: count }, (_, index) => join(directory ?? '', String(index)));
    await promisify(execFile)('mkfifo', ['-m', '600', ...paths]);
    for (const path of paths) pipes.push(openPipe(path));
    return pipes;
  } catch {
    closeWriters(pipes);
    for (const { from } of pipes) from.destroy();
    return undefined;
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true }).catch(() => {});
  }
}

/** Closes this process's copies of the writing ends. A pipe ends when the command's processes have closed theirs, too. */
export function closeWriters(pipes: readonly CommandPipe[]): void {
  for (const { writeFd } of pipes) closeSync(writeFd);
}

function openPipe(path: string): CommandPipe {
  // Without O_NONBLOCK, opening either end waits for the other one.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writeFd = openSync(path, constants.O_WRONLY);
    return { from: new Socket({ fd: readFd, readable: true, writable: false }), writeFd };
  } catch (error) {
    closeSync(readFd);
    throw error;
  }
}
