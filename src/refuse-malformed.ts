import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { METHODS } from './http/front/cors';
import { jsonBody } from './http/front/json-body';
import { notAllowed } from './http/front/not-allowed';
import { NOT_HTTP, transferCodingError } from './http/headers/codings';
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
  refuse(socket, answer, () => errorOf(error, answer?.req));
}

/**
 * Answers `CONNECT`, which asks for a tunnel, and closes the connection. Node has stopped to listen to it.
 *
 * @param answer the unfinished answer to an earlier request, as above
 */
export function refuseTunnel(socket: Duplex, answer: ServerResponse | undefined): void {
  // 'close' follows. Without a listener a reset would end the process.
  socket.on('error', () => {});
  socket.resume();
  refuse(socket, answer, () => notAllowed('CONNECT', METHODS));
}

function refuse(socket: Duplex, answer: ServerResponse | undefined, why: () => RequestError): void {
  if (!socket.writable || (answer !== undefined && hasBegun(answer))) {
    socket.destroy();
    return;
  }
  // The head alone may have been refused already.
  if (answer?.writableEnded) socket.end();
  else socket.end(refusal(why()));
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}

function hasBegun(answer: ServerResponse): boolean {
  return answer.req.complete || (answer.headersSent && !answer.writableEnded);
}

function refusal(error: RequestError): string {
  const { status, headers, body } = refusalOf(error);
  const json = jsonBody(body);
  const all = { ...headers, Connection: 'close', 'Content-Length': Buffer.byteLength(json) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${json}`;
}

function errorOf(error: Error, req: IncomingMessage | undefined): RequestError {
  switch ('code' in error ? error.code : undefined) {
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
      return (req && transferCodingError(req)) ?? new RequestError('HTTP_MALFORMED', NOT_HTTP);
  }
}
