import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogError } from '../../../core/log/errors';
import { PRIVATE_DIRECTORY } from '../../../lmdb/private-mode';
import { syncPath } from '../disk/file-io';
import { LockedFile } from '../disk/locked-file';

/** How a directory is filled. */
export interface Filling {
  /** The folder inside where the files are until all of them are written. Each purpose has its own: none clears what another has begun. */
  readonly unfinished: string;
  /** The entry without which the directory means nothing. */
  readonly last: string;
}

const LOCK = 'loom.lock';
/** What may be in a directory when a process that filled it was killed. */
const OWN: readonly string[] = [LOCK, 'loom.mdb', 'logs', 'relay', 'SHA256SUMS'];
/** What a file system has in its root. */
const FOREIGN = 'lost+found';

/**
 * Fills a directory that is new or empty. A crash leaves a directory that is not taken for a whole one, because `last` is missing, and that
 * the next attempt clears. The directory is locked meanwhile, as a store is.
 *
 * @param fill writes all files into a folder inside, and syncs them
 * @throws LogError `STORE_UNAVAILABLE` if the directory has other entries, or is in use
 */
export async function fillDirectory(
  directory: string,
  filling: Filling,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  await assertFree(directory, filling);
  const lock = await LockedFile.open(join(directory, LOCK));
  if (lock === undefined)
    throw new LogError('STORE_UNAVAILABLE', `The directory ${directory} is in use by another process`);
  try {
    await clear(directory, filling);
    const folder = join(directory, filling.unfinished);
    await mkdir(folder, { mode: PRIVATE_DIRECTORY });
    await fill(folder).catch(async (error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    await moveUp(directory, folder, filling.last);
  } finally {
    await rm(join(directory, LOCK), { force: true });
    await lock.release();
  }
}

/** @throws LogError `STORE_UNAVAILABLE` */
async function assertFree(directory: string, { unfinished, last }: Filling): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name !== FOREIGN);
  const others = names.filter((name) => name !== unfinished);
  const isOwn = others.length < names.length && others.every((name) => OWN.includes(name) && name !== last);
  const isEmpty = names.every((name) => name === LOCK);
  if (isEmpty || isOwn) return;
  throw new LogError(
    'STORE_UNAVAILABLE',
    `The directory ${directory} is not empty (${names.slice(0, 3).join(', ')}). Nothing was changed: name a new directory`,
  );
}

/** Removes what an interrupted attempt left. Checked again, now under the lock. */
async function clear(directory: string, filling: Filling): Promise<void> {
  await assertFree(directory, filling);
  for (const name of await readdir(directory))
    if (name !== LOCK && name !== FOREIGN) await rm(join(directory, name), { recursive: true });
}

async function moveUp(directory: string, folder: string, last: string): Promise<void> {
  await syncPath(folder);
  const names = (await readdir(folder)).filter((name) => name !== last);
  for (const name of [...names, last]) {
    // Everything else is on the disk before the entry that makes the directory whole.
    if (name === last) await syncPath(directory);
    await rename(join(folder, name), join(directory, name));
  }
  await rm(folder, { recursive: true });
  await syncPath(directory);
}
