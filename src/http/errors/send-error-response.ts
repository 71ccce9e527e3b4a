import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbortError } from './abort-error';
import { toErrorResponse } from './error-response';
import { hasBody } from './has-body';

/** Answers an error as JSON, at once. Once the head is out, the connection is cut. @param shared headers beside those of the error */
export function sendErrorResponse(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  shared: Readonly<Record<string, string>>,
): void {
  // AbortError: the client has left, or the server stops and the client goes on elsewhere.
  if (res.headersSent || isAbortError(error)) {
    res.destroy();
    return;
  }
  const { status, headers, body } = toErrorResponse(error);
  discardRestOfBody(req, res);
  res.writeHead(status, { ...shared, ...headers, 'Content-Length': Buffer.byteLength(body) });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** Drops the rest of a refused body. This begins before the answer, which may wait for a tail that a request behind the body ends. */
function discardRestOfBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete || !hasBody(req)) return;
  req.resume();
  if (req.headers.expect !== undefined) res.setHeader('Connection', 'close');
}
