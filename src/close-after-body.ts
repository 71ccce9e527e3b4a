import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may go on sending what is not kept after its answer, before the connection is cut. */
const LINGER_MS = 5_000;

/**
 * Closes this side of a connection whose answer is out while the request's body still comes. The body is read and dropped until it ends,
 * or for a moment: closing a socket on unread bytes resets the connection, and the client may never see the answer.
 * @param closeSoon closes the connection when everything is sent
 */
export function closeAfterBody(socket: Socket, req: IncomingMessage, closeSoon: () => void): void {
  const late = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(late)).end();
  req.once('end', closeSoon).resume();
}
