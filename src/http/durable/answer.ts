import type { Config } from '../../config/config';
import type { LogInfo } from '../../core/log';
import type { Offset } from '../../core/offset';
import { contentHeaders, type Headers } from '../content-headers';
import type { Exchange } from '../direct';
import { offsetToken } from './offset-token';

const EXPOSED = [
  'Stream-Next-Offset',
  'Stream-Cursor',
  'Stream-Up-To-Date',
  'Stream-Closed',
  'Stream-TTL',
  'Stream-Expires-At',
  'Stream-SSE-Data-Encoding',
  'Producer-Epoch',
  'Producer-Seq',
  'Producer-Expected-Seq',
  'Producer-Received-Seq',
  'ETag',
  'Location',
  'Retry-After',
  'X-Request-Id',
  'X-Stream-State',
].join(', ');

/** What every answer of this wire carries (PROTOCOL.md, 12.7), and CORS, so that pages of `allowOrigin` can read it. */
export function sharedHeaders({ durable: { allowOrigin } }: Pick<Config, 'durable'>): Headers {
  const security = { 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  if (allowOrigin === 'none') return security;
  return {
    ...security,
    'Access-Control-Allow-Origin': allowOrigin === 'any' ? '*' : allowOrigin,
    'Access-Control-Expose-Headers': EXPOSED,
  };
}

/** The content of a stream. A browser that is sent there must not run it. */
export function streamContentHeaders(contentType: string): Headers {
  return { ...contentHeaders(contentType), 'Cross-Origin-Resource-Policy': 'cross-origin' };
}

/** How a reader or writer stands to the stream after this answer. */
export function position(next: Offset, isClosed: boolean): Headers {
  const at = { 'Stream-Next-Offset': offsetToken(next) };
  return isClosed ? { ...at, 'Stream-Closed': 'true' } : at;
}

export function isClosed(info: LogInfo): boolean {
  return info.state === 'closed';
}

/** Writes the head; the headers of one answer come after those that all have. */
export class Answer {
  readonly #shared: Headers;

  constructor(config: Pick<Config, 'durable'>) {
    this.#shared = sharedHeaders(config);
  }

  head(
    { res, requestId }: Exchange,
    status: number,
    headers: Readonly<Record<string, string | number>>,
  ): void {
    res.writeHead(status, { 'X-Request-Id': requestId, ...this.#shared, ...headers });
  }

  /** An answer without a body. */
  empty(exchange: Exchange, status: number, headers: Headers): void {
    // RFC 9110, 8.6: a 204 has no length.
    this.head(
      exchange,
      status,
      status === 204 || status === 304 ? headers : { 'Content-Length': '0', ...headers },
    );
    exchange.res.end();
  }
}
