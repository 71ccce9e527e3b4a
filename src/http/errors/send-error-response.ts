import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbortError } from './abort-error';
import { cut } from './cut';
import { toErrorResponse } from './error-response';
import { hasBody } from './has-body';
import { noteRefusal } from './refusal';

/** Answers an error as JSON, at once. Once the head is out, the connection is cut. @param shared headers beside those of the error */
export function sendErrorResponse(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  shared: Readonly<Record<string, string>>,
): void {
  // AbortError: the client has left, or the server stops and the client goes on elsewhere.
  if (isAbortError(error)) {
    res.destroy();
    return;
  }
  if (res.headersSent) {
    cut(res, 'failed');
    return;
  }
  const { status, code, headers, body } = toErrorResponse(error);
  noteRefusal(res, code);
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
