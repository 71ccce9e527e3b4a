import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../../errors/request-error';

const KEY = /^[\x21-\x7e]{1,128}$/;

/** The key by which a producer is recognised when it repeats a request. @throws RequestError `HEADER_INVALID` */
export function producerKey(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = String(header).trim();
  if (!KEY.test(key)) {
    throw new RequestError(
      'HEADER_INVALID',
      'Idempotency-Key must be 1 to 128 printable ASCII characters without spaces',
    );
  }
  return key;
}
