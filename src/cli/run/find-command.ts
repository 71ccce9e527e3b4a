import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A command was not found, or cannot be run. */
export class CommandError extends Error {
  constructor(
    readonly reason: 'not-found' | 'cannot-run',
    message: string,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** Checks that a command can be run, as a shell finds it. A command behind a shell has no error of its own. @throws CommandError */
export function findCommand(name: string, path: string | undefined): void {
  const directories = (path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  const candidates = name.includes('/')
    ? [name]
    : directories.map((directory) => join(directory || '.', name));
  const files = candidates.filter(isThere);
  if (name === '' || files.length === 0) throw new CommandError('not-found', 'no such command');
  if (!files.some(canRun)) throw new CommandError('cannot-run', 'permission denied');
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
