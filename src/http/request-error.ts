/** What a request can get wrong before it reaches the core. Each code has its status in `respond.ts`. */
export type RequestErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHENTICATED'
  | 'TOKEN_INVALID'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'CONFLICT'
  | 'BODY_TOO_LARGE'
  | 'TOO_MANY_WAITING'
  | 'HEADERS_TOO_LARGE'
  | 'UPSTREAM_MISSING'
  | 'UPSTREAM_UNREACHABLE'
  | 'UPSTREAM_SENSELESS'
  | 'STOPPING'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'RANGE_NOT_SATISFIABLE'
  | 'METADATA_TOO_LARGE'
  | 'BODIES_TOO_MANY'
  | 'BODY_STALLED';

/** @param headers what the answer carries beside the error, such as the right `Upload-Offset`. */
export class RequestError extends Error {
  constructor(
    readonly code: RequestErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'RequestError';
  }
}
