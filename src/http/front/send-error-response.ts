import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbortError } from '../errors/abort-error';
import { discardRestOfBody, toErrorResponse } from '../errors/error-response';
import { jsonBody } from './json-body';

/**
 * Answers an error without Koa.
 * @param shared headers beside those of the error
 */
export function sendErrorResponse(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  shared: Readonly<Record<string, string>>,
): void {
  // Nobody is there to be told, or the server stops, and the client goes on elsewhere.
  if (res.headersSent || isAbortError(error)) {
    res.destroy();
    return;
  }
  const { status, headers, body } = toErrorResponse(error);
  const json = jsonBody(body);
  discardRestOfBody(req, res);
  res.writeHead(status, { ...shared, ...headers, 'Content-Length': Buffer.byteLength(json) });
  res.end(req.method === 'HEAD' ? undefined : json);
}
