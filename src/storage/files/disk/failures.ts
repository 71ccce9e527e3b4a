import { errorCodeOf } from '../../../core/log/errors';
import { storeFailure } from '../../../lmdb/failures';

/** @throws LogError `STORE_FULL` or `STORE_UNAVAILABLE` for whatever the action throws. */
export async function attempt(doing: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw storeFailure(doing, error);
  }
}

/** Temporary failures, unlike those of a file that cannot be read. */
const PASSING: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR'];

/** Whether a read failed because of the file, and not for lack of descriptors or memory. */
export function isUnreadable(error: unknown): boolean {
  const isOfSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  return isOfSystem && !PASSING.includes(errorCodeOf(error));
}

/** Whether a file could not be opened or made, rather than read or written. */
export function isOpenFailure(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'open';
}

export function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOENT';
}

/** For the `catch` of a `stat`: `undefined` if there is no file. */
export function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
