import type { Stats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';

/**
 * What is at the path of a database where LMDB can open none, for a sentence: `a directory`. A link to a file is as good as a file.
 * It is to be asked before the path is opened: opening a named pipe waits for its other end.
 *
 * @returns `undefined` for a file, and where there is nothing at all
 */
export async function foreignKind(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(undefinedIfMissing);
  if (found === undefined || found.isFile()) return undefined;
  if (!found.isSymbolicLink()) return kindOf(found);
  const link = `a symbolic link to ${await readlink(path)}`;
  const target = await stat(path).catch(undefinedIfMissing);
  if (target === undefined) return `${link}, which leads to nothing`;
  return target.isFile() ? undefined : `${link}, which is ${kindOf(target)}`;
}

export async function isNothing(path: string): Promise<boolean> {
  return (await lstat(path).catch(undefinedIfMissing)) === undefined;
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

/** Links that lead in a circle lead to nothing, too. */
function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP') throw error;
}
