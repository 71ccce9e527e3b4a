import type { IncomingHttpHeaders } from 'node:http';
import type { ProducerMark } from '../../../core/log/log';
import { RequestError } from '../../errors/request-error';

/** What a stream remembers of each of its producers stays small. */
const ID_LENGTH_MAX = 256;

/** The idempotent producer that a request speaks for (PROTOCOL.md, 5.2.1). @throws RequestError `HEADER_INVALID`, also for half of one */
export function parseProducer(headers: IncomingHttpHeaders): ProducerMark | undefined {
  const id = headers['producer-id'];
  const epoch = headers['producer-epoch'];
  const sequence = headers['producer-seq'];
  if (id === undefined && epoch === undefined && sequence === undefined) return undefined;
  if (id === undefined || epoch === undefined || sequence === undefined) {
    throw new RequestError('HEADER_INVALID', 'Producer-Id, Producer-Epoch and Producer-Seq come together');
  }
  if (typeof id !== 'string' || id === '' || id.length > ID_LENGTH_MAX) {
    throw new RequestError('HEADER_INVALID', `Producer-Id must have 1 to ${ID_LENGTH_MAX} characters`);
  }
  return { id, epoch: count('Producer-Epoch', epoch), sequence: count('Producer-Seq', sequence) };
}

function count(name: string, raw: string | string[]): number {
  const value = typeof raw === 'string' && /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new RequestError('HEADER_INVALID', `${name} must be an integer from 0 to 2^53-1`);
  return value;
}
