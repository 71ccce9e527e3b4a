import type { IncomingMessage } from 'node:http';
import { RequestError } from '../request-error';

const ONCE = [
  'producer-id',
  'producer-epoch',
  'producer-seq',
  'stream-seq',
  'stream-ttl',
  'stream-expires-at',
  'stream-forked-from',
  'stream-fork-offset',
  'stream-fork-sub-offset',
] as const;

/** @throws RequestError `HEADER_INVALID` for a header that has one value and is given twice */
export function assertGivenOnce(req: IncomingMessage): void {
  for (const name of ONCE) {
    // Node joins them like this. A single value may have a comma as well, but seldom does: only then is it worth telling them apart.
    const isDoubtful = req.headers[name]?.includes(', ') === true;
    if (isDoubtful && (req.headersDistinct[name]?.length ?? 0) > 1) {
      throw new RequestError('HEADER_INVALID', `${name} is given more than once`);
    }
  }
}
