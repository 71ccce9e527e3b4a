import { open } from 'node:fs/promises';
import { PageTree } from './page-tree';
import { snapshotOf } from './snapshot';

/**
 * Reads all of a database that LMDB would use, before LMDB maps it: a page that is none ends the process by a signal, at the opening or
 * at some later read. An empty file is sound.
 *
 * @throws DamagedDatabase
 */
export async function assertSound(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).size === 0) return;
    const snapshot = await snapshotOf(file);
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
