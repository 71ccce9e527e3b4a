import { constants } from 'node:os';
import { LogError, messageOf } from '../../../core/log/errors';

const NO_ROOM: readonly unknown[] = [
  ...['ENOSPC', 'EDQUOT', 'EFBIG'],
  // LMDB's errors carry the number instead of the name.
  ...[constants.errno.ENOSPC, constants.errno.EDQUOT, constants.errno.EFBIG],
];

/** What a failed system call means to the caller of the store: `STORE_FULL` or `STORE_UNAVAILABLE`, saying why. */
export function storeFailure(doing: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const code = isDiskFull(cause) ? 'STORE_FULL' : 'STORE_UNAVAILABLE';
  return new LogError(code, `${doing} failed: ${messageOf(cause)}`, { cause });
}

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

export function isDiskFull(error: unknown): boolean {
  return NO_ROOM.includes(errorCodeOf(error));
}

export function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOENT';
}

export function errorCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
