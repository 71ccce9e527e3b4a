import { isClientError, LoomClientError } from './errors';

/** The error of a server that lacks something that came later. @param what in the plural */
export function olderServer(what: string): LoomClientError {
  return new LoomClientError('REFUSED', `the server does not support ${what}: it is an older version`);
}

/** The sentence about a path in which a proxy has decoded a slash of the id. */
const LONGER_PATH = /\/stream\/[^/]+\/[^/]+\/[^/]+$/;

/** An older server has no such path. @returns the error for the caller */
export function asOlderServer(error: unknown, what: string): unknown {
  const isMissing = isClientError(error) && error.answerCode === 'route_not_found';
  return isMissing && !LONGER_PATH.test(error.message) ? olderServer(what) : error;
}
