import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

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
  const [status, sentence] = judge(code);
  const body = JSON.stringify({ error: sentence });
  return (
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

function judge(code: unknown): readonly [status: string, sentence: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', 'The head of the request is too large'];
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return ['413 Payload Too Large', 'The chunk extensions of the request are too large'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'The head of the request took too long'];
    default:
      return ['400 Bad Request', 'The request is not valid HTTP/1.1'];
  }
}
