import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbortError } from './abort-error';
import { toErrorResponse } from './error-response';
import { hasBody } from './has-body';

/**
 * Answers an error as JSON, at once: a refused producer need not send its body first. Once the head is out, the connection is cut.
 * @param shared headers beside those of the error
 */
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

/**
 * The rest of a refused body is dropped, for as long as `boundRestOfBody` allows. This begins before the answer is sent, which may have
 * to wait for a tail that only a request behind this body ends.
 */
function discardRestOfBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete || !hasBody(req)) return;
  req.resume();
  if (req.headers.expect !== undefined) res.setHeader('Connection', 'close');
}
