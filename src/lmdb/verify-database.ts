import { open } from 'node:fs/promises';
import { DamagedDatabase } from './damaged-database';
import { isAbsent, unexpectedKind } from './file-kind';
import { PageTree } from './page-tree';
import { readSnapshot } from './snapshot';

/**
 * Reads all of a database that LMDB would use, before LMDB maps it: a damaged page ends the process by a signal, at the opening or at a
 * later read. An empty file is valid, and LMDB creates a missing one.
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
