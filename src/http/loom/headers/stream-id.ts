import { type LogId, parseLogId } from '../../../core/log/log-id';
import { decodeSegment } from '../../front/path-segment';

/** The id in a path. @param segment percent-encoded: the router hides a malformed escape @throws LogError `LOG_ID_INVALID` */
export function parseStreamId(segment = ''): LogId {
  return parseLogId(decodeSegment(segment));
}
