import { LogError, LostLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import type { LogStore } from '../../core/store/store';

/** @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; LostLogError */
export async function requireLog(store: LogStore, id: LogId): Promise<LogInfo> {
  const info = await store.info(id);
  if (info === undefined) throw (await store.wasLost?.(id)) ? new LostLogError() : logNotFound(id);
  return info;
}

/** The error for a request whose log was removed or replaced after the request had found it. */
export function asNotFound(id: LogId, error: LogError): LogError {
  return error instanceof LostLogError ? error : logNotFound(id);
}

/** Deployed clients know this sentence. */
export function logNotFound(id: LogId): LogError {
  return new LogError('LOG_NOT_FOUND', `The stream with ID ${id} does not exist`);
}
