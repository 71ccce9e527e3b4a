import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors/request-error';

/** `curl -C - -T file` sends a file's rest, which would become the whole stream (RFC 9110, 14.5). @throws RequestError `HEADER_INVALID` */
export function assertNoContentRange({ headers }: IncomingMessage): void {
  if (headers['content-range'] === undefined) return;
  throw new RequestError(
    'HEADER_INVALID',
    'Content-Range is not supported: a stream is resumed by PATCH at /stream, and appended to by POST at /v1/stream',
  );
}
