import { open } from 'node:fs/promises';
import { unexpectedKind } from './file-kind';
import { PageTree } from './page-tree';
import { lastReadableSnapshot, readSnapshot } from './snapshot';

/** Every readable value of a damaged database, from all its named databases. Unreadable pages are skipped. */
export async function salvage(path: string): Promise<readonly Buffer[]> {
  if ((await unexpectedKind(path)) !== undefined) return [];
  const file = await open(path, 'r');
  try {
    const snapshot = await readSnapshot(file).catch(() => lastReadableSnapshot(file));
    if (snapshot === undefined) return [];
    const tree = new PageTree(file, snapshot, () => {});
    const values: Buffer[] = [];
    const far: { readonly page: number; readonly bytes: number }[] = [];
    await tree.walk(
      snapshot.roots.filter((root) => root !== undefined),
      ({ value, overflow, root }) => {
        if (overflow !== undefined) far.push(overflow);
        else if (root === undefined) values.push(Buffer.from(value));
      },
    );
    for (const ref of far) {
      const value = await tree.valueAt(ref).catch(() => undefined);
      if (value !== undefined) values.push(value);
    }
    return values;
  } finally {
    await file.close();
  }
}
