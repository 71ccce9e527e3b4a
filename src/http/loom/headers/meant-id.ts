import { RequestError } from '../../errors/request-error';
import { decodeSegment } from '../../front/path-segment';
import type { WireRequest } from '../../front/wire-request';

/**
 * Checks that the path still has the id that the client means, if it names that in `X-Stream-Id`. A proxy that decodes and resolves paths makes
 * another one of some: `/stream/a%2F..%2Fb` becomes `/stream/b`. @throws RequestError `PATH_CHANGED`; LogError `LOG_ID_INVALID`
 */
export function assertMeantId({ req, path }: WireRequest): void {
  const meant = req.headers['x-stream-id'];
  if (typeof meant !== 'string') return;
  const [, , segment = ''] = path.split('/');
  const id = decodeSegment(meant);
  if (decodeSegment(segment) === id) return;
  throw new RequestError(
    'PATH_CHANGED',
    `The request for the stream with ID ${id} came to ${path}: a proxy in front of the server changes the path. Have it pass paths as they are`,
  );
}
