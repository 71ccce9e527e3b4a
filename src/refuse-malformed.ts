import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { jsonBody } from './http/front/json-body';
import { RequestError } from './http/request-error';
import { refusalOf } from './http/respond';

/** How long a client may take to read why it was refused, before it is cut. */
const LINGER_MS = 1_000;

/**
 * Answers what is not HTTP, comes too slowly, or has too large a head, and closes the connection. Nothing of the input is repeated.
 *
 * @param answer the unfinished answer on the connection. When it has begun, or belongs to an earlier request that was sound, a
 *   second one would be taken for a part of it: then the connection is only cut.
 */
export function refuseMalformed(error: Error, socket: Duplex, answer: ServerResponse | undefined): void {
  if (!socket.writable || (answer !== undefined && (answer.headersSent || answer.req.complete))) {
    socket.destroy();
    return;
  }
  socket.end(refusal('code' in error ? error.code : undefined));
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}

function refusal(code: unknown): string {
  const { status, body } = refusalOf(errorOf(code));
  const json = jsonBody(body);
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
  );
}

function errorOf(code: unknown): RequestError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestError('HEADERS_TOO_LARGE', 'The head of the request is too large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestError(
        'CHUNK_EXTENSIONS_TOO_LARGE',
        'The chunk extensions of the request are too large',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestError('HEAD_TIMEOUT', 'The head of the request took too long');
    default:
      return new RequestError('HTTP_MALFORMED', 'The request is not valid HTTP/1.1');
  }
}
