import type { Stats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { LogError } from '../core/log/errors';

/** What should be at a path. */
export type ExpectedKind = 'file' | 'directory';

/**
 * What is at a path in the place of a file or a directory, for a sentence: `a named pipe`. A link to the right kind counts as that kind.
 * Called before the path is opened: opening a named pipe waits for its other end, and LMDB ends the process over a `.mdb-lock` that is
 * not a file.
 *
 * @returns `undefined` where the right kind is, or nothing at all
 */
export async function unexpectedKind(
  path: string,
  expected: ExpectedKind = 'file',
): Promise<string | undefined> {
  const found = await lstat(path).catch(undefinedIfMissing);
  if (found === undefined || isOf(expected, found)) return undefined;
  if (!found.isSymbolicLink()) return kindOf(found);
  const link = `a symbolic link to ${await readlink(path)}`;
  const target = await stat(path).catch(undefinedIfMissing);
  if (target === undefined) return `${link}, which leads to nothing`;
  return isOf(expected, target) ? undefined : `${link}, which is ${kindOf(target)}`;
}

/** @param advice what to do about it @throws LogError `STORE_DAMAGED` where there is something of another kind */
export async function assertFileKind(path: string, expected: ExpectedKind, advice: string): Promise<void> {
  const kind = await unexpectedKind(path, expected);
  if (kind === undefined) return;
  throw new LogError('STORE_DAMAGED', `${path} is ${kind}, and not a ${expected}. ${advice}`);
}

export async function isAbsent(path: string): Promise<boolean> {
  return (await lstat(path).catch(undefinedIfMissing)) === undefined;
}

function isOf(expected: ExpectedKind, found: Stats): boolean {
  return expected === 'file' ? found.isFile() : found.isDirectory();
}

function kindOf(found: Stats): string {
  if (found.isFile()) return 'a file';
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

/** Links in a circle lead to nothing, too. */
function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP') throw error;
}
