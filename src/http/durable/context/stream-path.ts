import { type LogId, parseLogId } from '../../../core/log/log-id';
import { RequestError } from '../../errors/request-error';
import { decodeSegment } from '../../front/path-segment';

/** Also used by the reference servers and the conformance suite. */
export const STREAM_PATH_PREFIX = '/v1/stream/';

/** Reserved by the protocol for subscriptions (PROTOCOL.md, 6), which this server does not have. */
const RESERVED = /^__ds(\/|$)/;

/** The id in a stream's path, with its slashes. @throws RequestError `LOG_ID_INVALID`, `NOT_FOUND` if reserved; LogError */
export function parseStreamPath(path: string): LogId {
  const id = decodeSegment(path.slice(STREAM_PATH_PREFIX.length));
  if (RESERVED.test(id)) {
    throw new RequestError(
      'NOT_FOUND',
      'Streams under __ds are for subscriptions, which this server does not have',
    );
  }
  return parseLogId(id);
}
