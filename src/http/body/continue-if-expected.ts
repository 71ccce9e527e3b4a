import type { IncomingMessage, ServerResponse } from 'node:http';

/** Sends 100 Continue to a client that waits for it (`Expect: 100-continue`). Call it once the request is accepted. */
export function continueIfExpected(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect?.toLowerCase() === '100-continue' && req.httpVersionMinor > 0) res.writeContinue();
}
