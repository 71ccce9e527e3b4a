import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { destroyAfter } from '../body/rest-of-body';
import { type ErrorResponse, toErrorResponse } from '../errors/error-response';
import { RequestError } from '../errors/request-error';
import { methodNotAllowed } from '../errors/shared-errors';
import { METHODS } from '../front/cors';
import { NOT_HTTP, transferCodingError } from '../headers/codings';

/** How long a client may take to read why it was refused. */
const LINGER_MS = 1_000;

type OnRefused = (answer: ErrorResponse) => void;

/**
 * Answers input that is not HTTP, comes too slowly, or has too large a head, and closes the connection. The answer quotes nothing of the
 * input. Call it once per connection.
 *
 * @param latest the response to the latest request on the connection. If that request is complete, the refusal comes behind its response,
 *   however long that lasts. Otherwise the body is malformed, and the refusal takes the place of the response. If that has begun, the
 *   connection is only cut: a client would take a second head for a part of the body
 * @param onRefused called once it is answered
 */
export function refuseMalformed(
  error: Error,
  socket: Duplex,
  latest: ServerResponse | undefined,
  onRefused: OnRefused,
): void {
  refuse(socket, latest, () => toErrorResponse(errorOf(error, latest?.req)), onRefused);
}

/** Answers `CONNECT`, which asks for a tunnel, and closes the connection. The parameters are as above. */
export function refuseConnect(
  socket: Duplex,
  latest: ServerResponse | undefined,
  onRefused: OnRefused,
): void {
  // 'close' follows. Without a listener a reset would end the process.
  socket.on('error', () => {});
  socket.resume();
  refuse(socket, latest, () => toErrorResponse(methodNotAllowed('CONNECT', METHODS)), onRefused);
}

function refuse(
  socket: Duplex,
  latest: ServerResponse | undefined,
  answer: () => ErrorResponse,
  onRefused: OnRefused,
): void {
  const again = (): void => refuse(socket, latest, answer, onRefused);
  const closeWithAnswer = (): void => {
    const refusal = answer();
    close(socket, refusal);
    onRefused(refusal);
  };
  if (!socket.writable) socket.destroy();
  else if (latest === undefined) closeWithAnswer();
  else if (latest.req.complete) {
    if (latest.closed) closeWithAnswer();
    else latest.once('close', again);
  } else if (latest.headersSent && !latest.writableEnded) socket.destroy();
  // Its turn comes after the responses before it. What it has written by then is sent first.
  else if (latest.socket === null && !latest.closed) latest.once('socket', () => process.nextTick(again));
  // The head alone may have been refused already.
  else if (latest.writableEnded) close(socket, undefined);
  else closeWithAnswer();
}

function close(socket: Duplex, answer: ErrorResponse | undefined): void {
  if (answer === undefined) socket.end();
  else socket.end(messageOf(answer));
  destroyAfter(socket, LINGER_MS);
}

function messageOf({ status, headers, body }: ErrorResponse): string {
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
