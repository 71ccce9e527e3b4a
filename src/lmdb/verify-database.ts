import { open } from 'node:fs/promises';
import { DamagedDatabase } from './damaged-database';
import { isAbsent, unexpectedKind } from './file-kind';
import { PageTree } from './page-tree';
import { readSnapshot } from './snapshot';

/**
 * Reads all of a database that LMDB would use, before LMDB maps it: a page that is none ends the process by a signal, at the opening or
 * at some later read. An empty file is sound, and LMDB makes one where there is nothing.
 *
 * @throws DamagedDatabase
 */
export async function verifyDatabase(path: string): Promise<void> {
  const kind = await unexpectedKind(path);
  if (kind !== undefined) throw new DamagedDatabase(`it is ${kind}`);
  if (await isAbsent(path)) return;
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).size === 0) return;
    const snapshot = await readSnapshot(file);
    const tree = new PageTree(file, snapshot, (error) => {
      throw error;
    });
    await tree.walk(
      snapshot.roots.filter((root) => root !== undefined),
      () => {},
    );
  } finally {
    await file.close();
  }
}
