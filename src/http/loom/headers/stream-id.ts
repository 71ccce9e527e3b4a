import { type LogId, parseLogId } from '../../../core/log/log-id';
import { decodeSegment } from '../../front/path-segment';

/**
 * The id in a path.
 * @param segment still percent-encoded: the router's own parameters hide a malformed escape
 * @throws LogError `LOG_ID_INVALID`
 */
export function parseStreamId(segment = ''): LogId {
  return parseLogId(decodeSegment(segment));
}
