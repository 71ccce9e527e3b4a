import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors/request-error';

/** In HTTP/1.0 the header is ignored (RFC 9110, 10.1.1). @throws RequestError `EXPECTATION_UNSUPPORTED` */
export function assertExpectation({ headers: { expect }, httpVersion }: IncomingMessage): void {
  if (expect === undefined || httpVersion === '1.0' || expect.toLowerCase() === '100-continue') return;
  throw new RequestError('EXPECTATION_UNSUPPORTED', 'The only expectation here is Expect: 100-continue');
}
