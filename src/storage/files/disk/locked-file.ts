import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tryLock } from 'fs-native-extensions';
import { errorCodeOf } from '../../../core/log/errors';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { undefinedIfMissing } from './failures';
import { closeFile, openFile, statFile } from './file-io';

/** The errors of a file system without locks. */
const NO_LOCKS: readonly unknown[] = ['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

export function isLockingUnsupported(error: unknown): boolean {
  return NO_LOCKS.includes(errorCodeOf(error));
}

/** Locks an open file until it is closed, where files can be locked. @returns false when another open file has the lock */
export function lockIfPossible(fd: number): boolean {
  try {
    return tryLock(fd);
  } catch (error) {
    if (!isLockingUnsupported(error)) throw error;
    return true;
  }
}

/**
 * A file that the kernel has locked for this process. The lock ends with the process, however that ends, and lasts while the process is
 * stopped. It excludes a second open file of the same process, too.
 */
export class LockedFile {
  private constructor(private readonly fd: number) {}

  /** Creates the file if there is none. @returns `undefined` when another open file has the lock */
  static async open(path: string): Promise<LockedFile | undefined> {
    for (;;) {
      const fd = await openFile(path, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE);
      try {
        if (!tryLock(fd)) break;
        if (await isAt(path, fd)) return new LockedFile(fd);
      } catch (error) {
        await closeFile(fd);
        throw error;
      }
      // The file was removed between opening and locking: this lock excludes nothing.
      await closeFile(fd);
    }
    return undefined;
  }

  release(): Promise<void> {
    return closeFile(this.fd);
  }
}

async function isAt(path: string, fd: number): Promise<boolean> {
  const [held, found] = await Promise.all([statFile(fd), stat(path).catch(undefinedIfMissing)]);
  return found !== undefined && held.ino === found.ino && held.dev === found.dev;
}
