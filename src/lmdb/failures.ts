import { constants } from 'node:os';
import { errorCodeOf, LogError, messageOf } from '../core/log/errors';

/** LMDB's errors carry the number instead of the name. */
function namesAndNumbers(...names: (keyof typeof constants.errno)[]): readonly unknown[] {
  return names.flatMap((name) => [name, constants.errno[name]]);
}

const DISK_FULL = namesAndNumbers('ENOSPC', 'EDQUOT', 'EFBIG');
const REFUSED = namesAndNumbers('EACCES', 'EPERM');

export function isDiskFull(error: unknown): boolean {
  return DISK_FULL.includes(errorCodeOf(error));
}

export function isPermissionDenied(error: unknown): boolean {
  return REFUSED.includes(errorCodeOf(error));
}

/** The error for the caller of a store when a system call or a transaction failed: `STORE_FULL` or `STORE_UNAVAILABLE`. */
export function storeFailure(doing: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const code = isDiskFull(cause) ? 'STORE_FULL' : 'STORE_UNAVAILABLE';
  return new LogError(code, `${doing} failed: ${messageOf(cause)}`, { cause });
}
