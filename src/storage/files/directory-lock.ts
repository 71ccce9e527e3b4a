import { join } from 'node:path';
import { LogError, messageOf } from '../../core/errors';
import { assertNoEarlierVersion } from './earlier-lock';
import { codeOf } from './failures';
import { LockedFile } from './locked-file';

/** What system calls fail with on a file system that has no locks. */
const NO_LOCKS: readonly unknown[] = ['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/**
 * Keeps other processes out of a directory. Two files are locked by the kernel: `loom.lock`, and the facts themselves once they are
 * there. Removing the first under a running server therefore lets nobody in, and without the second a store with logs is not opened.
 */
export class DirectoryLock {
  readonly #locked: LockedFile[] = [];

  private constructor(private readonly directory: string) {}

  /** @throws LogError `STORE_UNAVAILABLE` when another process, or this one, uses the directory. */
  static async take(directory: string): Promise<DirectoryLock> {
    const lock = new DirectoryLock(directory);
    await lock.add(join(directory, 'loom.lock'));
    try {
      await assertNoEarlierVersion(directory, inUse(directory));
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /** Locks one more file, and makes it when there is none. @throws LogError `STORE_UNAVAILABLE` */
  async add(path: string): Promise<void> {
    const locked = await LockedFile.open(path).catch((error) => {
      if (!NO_LOCKS.includes(codeOf(error))) throw error;
      throw new LogError(
        'STORE_UNAVAILABLE',
        `The file system of ${this.directory} cannot lock files (${messageOf(error)}): use a directory on another one`,
        { cause: error },
      );
    });
    if (locked === undefined) throw inUse(this.directory);
    this.#locked.push(locked);
  }

  async release(): Promise<void> {
    await Promise.all(this.#locked.splice(0).map((locked) => locked.release()));
  }
}

function inUse(directory: string): LogError {
  return new LogError(
    'STORE_UNAVAILABLE',
    `The directory ${directory} is in use by another process: stop that first, or give this one a directory of its own`,
  );
}
