import { chmod, copyFile, mkdir, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LogError } from '../../../core/log/errors';
import { storeFailure } from '../../../lmdb/failures';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../../lmdb/private-mode';
import { isMissing } from '../disk/failures';
import { syncPath } from '../disk/file-io';
import { Layout } from '../disk/layout';
import { explainPermissions } from '../disk/permissions';
import { CHECKSUMS, readChecksums, sha256Of } from './checksums';
import { fillDirectory } from './fill-directory';

/** What was copied back. */
export interface Restored {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies a backup to the directory of a store, which is new or empty, and compares each copy with the checksum of the backup.
 * @throws LogError that says why it cannot be done
 */
export async function restoreFilesStore(directory: string, source: string): Promise<Restored> {
  const from = resolve(source);
  const layout = new Layout(directory);
  let restored: Restored = { files: 0, bytes: 0 };
  try {
    await assertFinished(from);
    const filling = { unfinished: 'unfinished-restore', last: basename(layout.facts) };
    await fillDirectory(directory, filling, async (folder) => {
      restored = await copyBack(from, folder);
    });
    return restored;
  } catch (error) {
    throw await explainPermissions(directory, storeFailure('The restoration', error));
  }
}

/** @throws LogError before the directory of the store is made */
async function assertFinished(from: string): Promise<void> {
  await stat(join(from, CHECKSUMS)).catch((cause) => {
    if (!isMissing(cause)) throw cause;
    const why = `${from} is not a finished backup: it has no ${CHECKSUMS}`;
    throw new LogError('STORE_UNAVAILABLE', why, { cause });
  });
}

async function copyBack(from: string, folder: string): Promise<Restored> {
  let [files, bytes] = [0, 0];
  const folders = new Set<string>();
  for await (const { path, sha256 } of readChecksums(from)) {
    const [source, target] = [join(from, path), join(folder, path)];
    folders.add(dirname(target));
    await mkdir(dirname(target), { recursive: true, mode: PRIVATE_DIRECTORY });
    bytes += await copyWhole(source, target);
    if ((await sha256Of(target)) !== sha256)
      throw new LogError('STORE_DAMAGED', `${source} is not what was backed up: its checksum differs`);
    files += 1;
  }
  for (const one of folders) await syncPath(one);
  return { files, bytes };
}

/** @returns its size */
async function copyWhole(source: string, target: string): Promise<number> {
  const found = await stat(source).catch((cause) => {
    if (!isMissing(cause)) throw cause;
    throw new LogError('STORE_DAMAGED', `The backup lacks ${source}`, { cause });
  });
  await copyFile(source, target);
  await chmod(target, PRIVATE_FILE);
  await utimes(target, found.atime, found.mtime);
  await syncPath(target);
  return found.size;
}
