import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { destroyAfter } from '../body/rest-of-body';
import { toErrorResponse } from '../errors/error-response';
import { RequestError } from '../errors/request-error';
import { methodNotAllowed } from '../errors/shared-errors';
import { METHODS } from '../front/cors';
import { NOT_HTTP, transferCodingError } from '../headers/codings';

/** How long a client may take to read why it was refused. */
const LINGER_MS = 1_000;

/**
 * Answers input that is not HTTP, comes too slowly, or has too large a head, and closes the connection. The answer quotes nothing of the
 * input. Call it once per connection.
 *
 * @param latest the response to the latest request on the connection. If that request is complete, the refusal comes behind its response,
 *   however long that lasts. Otherwise the body is malformed, and the refusal takes the place of the response. If that has begun, the
 *   connection is only cut: a client would take a second head for a part of the body
 */
export function refuseMalformed(error: Error, socket: Duplex, latest: ServerResponse | undefined): void {
  refuse(socket, latest, () => errorOf(error, latest?.req));
}

/** Answers `CONNECT`, which asks for a tunnel, and closes the connection. @param latest as above */
export function refuseConnect(socket: Duplex, latest: ServerResponse | undefined): void {
  // 'close' follows. Without a listener a reset would end the process.
  socket.on('error', () => {});
  socket.resume();
  refuse(socket, latest, () => methodNotAllowed('CONNECT', METHODS));
}

function refuse(socket: Duplex, latest: ServerResponse | undefined, why: () => RequestError): void {
  const again = (): void => refuse(socket, latest, why);
  if (!socket.writable) socket.destroy();
  else if (latest === undefined) close(socket, why());
  else if (latest.req.complete) {
    if (latest.closed) close(socket, why());
    else latest.once('close', again);
  } else if (latest.headersSent && !latest.writableEnded) socket.destroy();
  // Its turn comes after the responses before it. What it has written by then is sent first.
  else if (latest.socket === null && !latest.closed) latest.once('socket', () => process.nextTick(again));
  // The head alone may have been refused already.
  else close(socket, latest.writableEnded ? undefined : why());
}

function close(socket: Duplex, why: RequestError | undefined): void {
  if (why === undefined) socket.end();
  else socket.end(refusal(why));
  destroyAfter(socket, LINGER_MS);
}

function refusal(error: RequestError): string {
  const { status, headers, body } = toErrorResponse(error);
  const all = { ...headers, Connection: 'close', 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
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
