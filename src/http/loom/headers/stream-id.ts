import type { RouterContext } from '@koa/router';
import { type LogId, parseLogId } from '../../../core/log/log-id';
import { decodeSegment } from '../../front/path-segment';

/**
 * The id in the path as it stood in the request: the router's own parameters hide a malformed escape.
 * @throws LogError `LOG_ID_INVALID`
 */
export function streamId(ctx: RouterContext): LogId {
  const [raw = ''] = ctx.captures ?? [];
  return parseLogId(decodeSegment(raw));
}
