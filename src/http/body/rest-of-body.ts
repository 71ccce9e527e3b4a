import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a client that has its whole answer may go on sending its body, before it is cut. */
const LINGER_MS = 5_000;

/**
 * Bounds what comes of a body after the request was answered, be it refused or one that needs no body. It is read and dropped for a
 * moment: closing the socket on unread bytes would reset the connection, and the client might never see the answer.
 */
export function boundRestOfBody(req: IncomingMessage, res: ServerResponse): void {
  if (hasBody(req)) res.on('finish', dropRest);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function dropRest(this: ServerResponse): void {
  const { req } = this;
  if (req.complete) return;
  req.resume();
  const linger = setTimeout(() => {
    if (!req.complete) req.destroy();
  }, LINGER_MS);
  linger.unref();
  req.once('close', () => clearTimeout(linger));
}
