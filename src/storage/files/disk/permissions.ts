import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCodeOf, LogError } from '../../../core/log/errors';
import type { Warn } from '../../../core/store/warnings';
import { isPermissionDenied } from '../../../lmdb/failures';
import { PRIVATE_DIRECTORY } from '../../../lmdb/private-mode';

/** Warns when other users of the machine may read the directory: tokens do not protect streams from them. */
export async function warnIfShared(directory: string, warn: Warn): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & ~PRIVATE_DIRECTORY & 0o777) === 0) return;
  warn(
    `The directory ${directory} has the mode ${modeOf(mode)}: other users of this machine may read what is in it. "chmod 700 ${directory}" keeps them out`,
    { directory, mode: modeOf(mode) },
  );
}

/** Explains a failure of permissions at the opening of `directory`, with user and mode. Returns other errors as they are. */
export async function explainPermissions(directory: string, error: unknown): Promise<unknown> {
  const cause = error instanceof LogError && error.cause !== undefined ? error.cause : error;
  const readOnly = errorCodeOf(cause) === 'EROFS';
  if (!readOnly && !isPermissionDenied(cause)) return error;
  const why = readOnly
    ? 'it is on a file system that is mounted read-only'
    : await ownerOf(pathOf(cause, directory));
  return new LogError('STORE_UNAVAILABLE', `Permission denied for the directory ${directory}: ${why}`, {
    cause,
  });
}

function pathOf(cause: unknown, directory: string): string {
  const isNamed = typeof cause === 'object' && cause !== null && 'path' in cause;
  return isNamed && typeof cause.path === 'string' ? cause.path : directory;
}

/** Names the owner of `path`, or of its nearest parent that `stat` can read. */
async function ownerOf(path: string): Promise<string> {
  try {
    const { uid, mode } = await stat(path);
    const user = process.getuid?.();
    return `${path} belongs to user ${uid} and has the mode ${modeOf(mode)}, and this process runs as user ${user}`;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) throw error;
    return ownerOf(parent);
  }
}

function modeOf(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
