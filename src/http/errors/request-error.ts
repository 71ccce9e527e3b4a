import type { LogErrorCode } from '../../core/log/errors';

/** What can be wrong with a request before it reaches the core. `error-table.ts` has the status and the code on the wire of each. */
export type RequestErrorCode =
  | 'HTTP_MALFORMED'
  | 'HEAD_TIMEOUT'
  | 'HEADERS_TOO_LARGE'
  | 'CHUNK_EXTENSIONS_TOO_LARGE'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'PATH_CHANGED'
  | 'UNAUTHENTICATED'
  | 'TOKEN_INVALID'
  | 'TOKEN_EXPIRED'
  | 'RATE_LIMITED'
  | 'LINK_INVALID'
  | 'LINK_KEY_UNKNOWN'
  | 'LINK_EXPIRED'
  | 'LINK_OTHER_STREAM'
  | 'LINK_REPLACED'
  | 'LINKS_OFF'
  | 'FORBIDDEN'
  | 'HOST_NOT_ALLOWED'
  | 'ORIGIN_NOT_ALLOWED'
  | 'PARAMETER_INVALID'
  | 'HEADER_INVALID'
  | 'METADATA_INVALID'
  | 'METADATA_TOO_LARGE'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'CONTENT_ENCODING_UNSUPPORTED'
  | 'TRANSFER_ENCODING_UNSUPPORTED'
  | 'EXPECTATION_UNSUPPORTED'
  | 'PRECONDITION_FAILED'
  | 'RANGE_NOT_SATISFIABLE'
  | 'BODY_INVALID'
  | 'BODY_INCOMPLETE'
  | 'BODY_STALLED'
  | 'BODY_TOO_LARGE'
  | 'BODIES_TOO_MANY'
  | 'SEARCH_TOO_COSTLY'
  | 'SEARCHES_TOO_MANY'
  | 'ALREADY_CREATED'
  | 'ID_RETIRED'
  | 'OFFSET_MISMATCH'
  | 'LENGTH_MISMATCH'
  | 'TYPE_MISMATCH'
  | 'KEY_MISMATCH'
  | 'STREAM_REPLACED'
  | 'STREAM_LOST'
  | 'STREAM_LOST_BYTES'
  | 'STOPPING'
  | 'METRICS_UNAVAILABLE'
  | 'CHANNEL_NOT_FOUND'
  | 'CHANNEL_GONE'
  | 'PEER_MISSING'
  | 'PEER_LOST'
  | 'RELAY_UNAVAILABLE'
  | 'TOO_MANY_WAITING'
  | 'UPSTREAM_MISSING'
  | 'UPSTREAM_UNREACHABLE'
  | 'UPSTREAM_SENSELESS';

/**
 * An error of a request, or one of the store whose answer carries more than a sentence.
 * @param headers that the answer carries, for example the right `Upload-Offset`
 * @param details members of the JSON body beside `error` and `code`
 */
export class RequestError extends Error {
  constructor(
    readonly code: RequestErrorCode | LogErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RequestError';
  }
}
