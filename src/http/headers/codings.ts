import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors/request-error';

/** Refuses a coding, as only the type is stored, and readers would not know it. @throws RequestError `CONTENT_ENCODING_UNSUPPORTED` */
export function assertIdentityEncoding({ headers }: IncomingMessage): void {
  const header = headers['content-encoding'];
  if (header === undefined || codingsIn(header).every((coding) => coding === 'identity')) return;
  throw new RequestError(
    'CONTENT_ENCODING_UNSUPPORTED',
    `Content-Encoding ${header} is not supported: send the bytes as they are`,
    { 'Accept-Encoding': 'identity' },
  );
}

export const NOT_HTTP = 'The request is not valid HTTP/1.1';

/** The transfer codings beside `chunked` (RFC 9112, 7). */
const COMPRESSIONS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress']);

/** @throws RequestError `TRANSFER_ENCODING_UNSUPPORTED`, `HTTP_MALFORMED` */
export function assertChunkedOnly(req: IncomingMessage): void {
  const error = transferCodingError(req);
  if (error !== undefined) throw error;
}

/** Node decodes only `chunked` (RFC 9112, 6.1). A body whose last coding is another has no end, and Node refuses it after its head. */
export function transferCodingError({ headers }: IncomingMessage): RequestError | undefined {
  const header = headers['transfer-encoding'];
  if (header === undefined || header === 'chunked') return undefined;
  const codings = codingsIn(header);
  if (codings.join() === 'chunked') return undefined;
  const isKnown = codings.at(-1) === 'chunked' || codings.some((coding) => COMPRESSIONS.has(coding));
  const close = { Connection: 'close' };
  return isKnown
    ? new RequestError('TRANSFER_ENCODING_UNSUPPORTED', 'The only Transfer-Encoding here is chunked', close)
    : new RequestError('HTTP_MALFORMED', NOT_HTTP, close);
}

/** Empty members of a list are ignored (RFC 9110, 5.6.1). */
function codingsIn(header: string): readonly string[] {
  return header
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '');
}
