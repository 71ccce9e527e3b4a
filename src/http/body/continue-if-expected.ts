import type { IncomingMessage, ServerResponse } from 'node:http';

/** A producer that asked first (`Expect: 100-continue`) is told to go on once nothing speaks against it. */
export function continueIfExpected(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect?.toLowerCase() === '100-continue' && req.httpVersionMinor > 0) res.writeContinue();
}
