import { existsSync } from 'node:fs';
import { closeFile, openFile } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import { lockIfPossible } from '../disk/locked-file';

/** Whether a process has the store open. Makes no file, and leaves no lock. */
export async function isStoreInUse({ lock }: Layout): Promise<boolean> {
  if (!existsSync(lock)) return false;
  const fd = await openFile(lock, 'r+');
  try {
    return !lockIfPossible(fd);
  } finally {
    await closeFile(fd);
  }
}
