import type { RouterContext } from '@koa/router';
import { LogError, LostLogError } from '../../core/errors';
import type { LogInfo } from '../../core/log';
import { type LogId, parseLogId } from '../../core/log-id';
import type { LogStore } from '../../core/store';
import { decodeSegment } from '../path-segment';

/**
 * The id in the path as it stood in the request: the router's own parameters hide a malformed escape.
 * @throws RequestError `LOG_ID_INVALID`, LogError `LOG_ID_INVALID`
 */
export function streamId(ctx: RouterContext): LogId {
  const [raw = ''] = ctx.captures ?? [];
  return parseLogId(decodeSegment(raw));
}

/** @throws LogError `LOG_NOT_FOUND` in the words that deployed clients know; LostLogError */
export async function existing(store: LogStore, id: LogId): Promise<LogInfo> {
  const info = await store.info(id);
  if (info === undefined) throw (await store.wasLost?.(id)) ? new LostLogError() : notFound(id);
  return info;
}

/** How a request is answered whose log is gone since it began. */
export function goneSince(id: LogId, error: LogError): LogError {
  return error instanceof LostLogError ? error : notFound(id);
}

export function notFound(id: LogId): LogError {
  return new LogError('LOG_NOT_FOUND', `The stream with ID ${id} does not exist`);
}
