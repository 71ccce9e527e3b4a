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

/** Failures that pass by themselves, unlike those of a file that cannot be read. */
const PASSING: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR'];

/** Whether reading a file failed because of the file, and not for want of descriptors or memory. */
export function isUnreadable(error: unknown): boolean {
  const isOfSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  return isOfSystem && !PASSING.includes(errorCodeOf(error));
}

export function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOENT';
}

/** For the `catch` of a look at a file: `undefined` where there is none. */
export function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
