import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../errors/request-error';

const ONCE = [
  'Producer-Id',
  'Producer-Epoch',
  'Producer-Seq',
  'Stream-Seq',
  'Stream-TTL',
  'Stream-Expires-At',
  'Stream-Forked-From',
  'Stream-Fork-Offset',
  'Stream-Fork-Sub-Offset',
].map((name) => ({ name, key: name.toLowerCase() }));

/** @throws RequestError `HEADER_INVALID` for a header that has one value and is given twice */
export function assertSingleValued(req: IncomingMessage): void {
  for (const { name, key } of ONCE) {
    // Node joins them like this. A single value may have a comma as well, but seldom does: only then are the raw headers checked.
    const isDoubtful = req.headers[key]?.includes(', ') === true;
    if (isDoubtful && (req.headersDistinct[key]?.length ?? 0) > 1) {
      throw new RequestError('HEADER_INVALID', `${name} is given more than once`);
    }
  }
}
