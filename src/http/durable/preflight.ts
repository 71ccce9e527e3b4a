import type { Exchange } from '../direct';
import type { Durable } from './operation';

export const METHODS = 'GET, POST, PUT, DELETE, HEAD, OPTIONS';
const HEADERS = [
  'Content-Type',
  'Authorization',
  'If-None-Match',
  'Stream-Seq',
  'Stream-TTL',
  'Stream-Expires-At',
  'Stream-Closed',
  'Stream-Forked-From',
  'Stream-Fork-Offset',
  'Stream-Fork-Sub-Offset',
  'Producer-Id',
  'Producer-Epoch',
  'Producer-Seq',
  'X-Request-Id',
].join(', ');

/** A browser may ask again later than the 5 s that it would else remember the answer. */
const MAX_AGE_SECONDS = '600';

/** `OPTIONS`: a browser asks before a page may send what it wants to. */
export function allow({ answer, config }: Durable, exchange: Exchange): void {
  const cors =
    config.durable.allowOrigin === 'none'
      ? {}
      : {
          'Access-Control-Allow-Methods': METHODS,
          'Access-Control-Allow-Headers': HEADERS,
          'Access-Control-Max-Age': MAX_AGE_SECONDS,
        };
  answer.empty(exchange, 204, { Allow: METHODS, ...cors });
}
