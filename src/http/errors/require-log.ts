import { isLogError, LogError, LostLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import type { LogStore } from '../../core/store/store';

/** @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; LostLogError */
export async function requireLog(store: LogStore, id: LogId): Promise<LogInfo> {
  const info = await store.info(id);
  if (info === undefined) throw (await store.wasLost?.(id)) ? new LostLogError() : logNotFound(id);
  return info;
}

/** Names the log in the error of a request whose log was replaced or removed after the request had found it. Others stay as they are. */
export function asGone(id: LogId, error: unknown): unknown {
  if (!isLogError(error, 'LOG_GONE') || error instanceof LostLogError) return error;
  return new LogError('LOG_GONE', `The stream with ID ${id} was replaced or removed during the request`);
}

/** Deployed clients know this sentence. */
export function logNotFound(id: LogId): LogError {
  return new LogError('LOG_NOT_FOUND', `The stream with ID ${id} does not exist`);
}
