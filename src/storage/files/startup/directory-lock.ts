import { LogError, messageOf } from '../../../core/log/errors';
import { closeFile, openFile } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import { isLockingUnsupported, LockedFile, lockIfPossible } from '../disk/locked-file';
import { newestSegmentNumber } from '../journal/journal-segments';
import { assertNoLegacyLock } from './legacy-lock';

/**
 * Excludes other processes from a directory. The kernel locks three files: `loom.lock`, the facts once they exist, and the newest file of
 * the journal, which the process writes. So removing the first under a running server does not let another process in, and neither does
 * moving the facts away, after which a recovery would make new ones: the journal is beside the bytes. Two processes with different facts
 * would share `loom.mdb-lock`, and write to the same logs: the close of the first one then loops forever in LMDB (`mdb_env_sync`).
 */
export class DirectoryLock {
  readonly #locked: LockedFile[] = [];

  private constructor(private readonly layout: Layout) {}

  /** @throws LogError `STORE_UNAVAILABLE` when another process, or this one, uses the directory. */
  static async take(layout: Layout): Promise<DirectoryLock> {
    const { directory } = layout;
    const lock = new DirectoryLock(layout);
    await lock.add(layout.lock);
    try {
      await assertNoLegacyLock(directory, inUse(directory));
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /** Locks one more file, and creates it if there is none. @throws LogError `STORE_UNAVAILABLE` */
  async add(path: string): Promise<void> {
    const locked = await LockedFile.open(path).catch((error) => {
      if (!isLockingUnsupported(error)) throw error;
      throw new LogError(
        'STORE_UNAVAILABLE',
        `The file system of ${this.layout.directory} cannot lock files (${messageOf(error)}): use a directory on another one`,
        { cause: error },
      );
    });
    if (locked === undefined) throw inUse(this.layout.directory);
    this.#locked.push(locked);
  }

  /** @throws LogError `STORE_UNAVAILABLE` when another process writes the journal: `loom.lock` and the facts were moved away under it */
  async assertJournalIsFree(): Promise<void> {
    if (await isJournalLocked(this.layout)) throw inUse(this.layout.directory);
  }

  async release(): Promise<void> {
    await Promise.all(this.#locked.splice(0).map((locked) => locked.release()));
  }
}

async function isJournalLocked(layout: Layout): Promise<boolean> {
  const newest = await newestSegmentNumber(layout);
  if (newest === undefined) return false;
  const fd = await openFile(layout.journalOf(newest), 'r+');
  try {
    return !lockIfPossible(fd);
  } finally {
    await closeFile(fd);
  }
}

function inUse(directory: string): LogError {
  return new LogError(
    'STORE_UNAVAILABLE',
    `The directory ${directory} is in use by another process: stop that first, or give this one a directory of its own`,
  );
}
