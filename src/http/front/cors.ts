import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AllowedOrigins } from '../../config/config';

/** The headers of answers that clients read. The `*` is for those that a relay passes on; not every browser knows it. */
const EXPOSED = [
  'X-Stream-Id',
  'X-Stream-State',
  'X-Stream-Generation',
  'X-Stream-Metadata',
  'X-Stream-Metadata-Bytes',
  'X-Stream-Replaced',
  'Upload-Offset',
  'Upload-Complete',
  'Upload-Length',
  'Upload-Limit',
  'Upload-Draft-Interop-Version',
  'Accept-Patch',
  'Idempotency-Key',
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
  'Accept-Ranges',
  'Allow',
  'Content-Range',
  'ETag',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
  'X-Bytes-Delivered',
  'X-Bytes-Relayed',
  'X-Type',
  'From',
  'More',
  '*',
].join(', ');

/** The headers of requests that clients send. The `*` is for those that a relay passes on; it does not include `Authorization`. */
const SENT = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'If-Range',
  'Range',
  'Last-Event-ID',
  'Idempotency-Key',
  'X-Request-Id',
  'X-Stream-Metadata',
  'Upload-Offset',
  'Upload-Complete',
  'Upload-Length',
  'Upload-Draft-Interop-Version',
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
  'X-Timeout',
  'X-Type',
  'X-Peer-Address',
  'Permissions',
  'To',
  'Debug',
  '*',
].join(', ');

/**
 * What a preflight is answered. It is the same for every page: whether a browser goes on is for `Access-Control-Allow-Origin` to say,
 * which only the pages of `http.allowOrigin` get. Without `Access-Control-Max-Age` a browser would ask again after 5 s.
 */
export const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': SENT,
  'Access-Control-Max-Age': '600',
} as const;

/** Which pages may read answers, and change what is here. There are never credentials: tokens travel in headers that a page sets itself. */
export class Cors {
  constructor(private readonly allowed: AllowedOrigins) {}

  /** @param origin `undefined`: the request does not say which page it comes from */
  allows(origin: string | undefined): boolean {
    if (this.allowed === 'any') return true;
    return this.allowed !== 'none' && origin !== undefined && this.allowed.includes(origin);
  }

  /** Lets the page read the answer, whatever it will be. To be called before the head is written. */
  mark({ headers: { origin } }: IncomingMessage, res: ServerResponse): void {
    const { allowed } = this;
    if (allowed === 'none') return;
    const reader = allowed === 'any' ? '*' : allowedOne(allowed, origin);
    if (allowed !== 'any') res.setHeader('Vary', 'Origin');
    if (reader === undefined) return;
    res.setHeader('Access-Control-Allow-Origin', reader);
    res.setHeader('Access-Control-Expose-Headers', EXPOSED);
  }

  /** Answers a preflight whose response is marked. */
  answer(req: IncomingMessage, res: ServerResponse, requestId: string): void {
    const isPrivate = req.headers['access-control-request-private-network'] === 'true';
    res.writeHead(204, {
      'X-Request-Id': requestId,
      ...PREFLIGHT_HEADERS,
      ...(isPrivate && this.allows(req.headers.origin) && { 'Access-Control-Allow-Private-Network': 'true' }),
    });
    res.end();
  }
}

/** Before a page may send what a form could not, its browser asks. That request has no token. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Where only one page is allowed, a request that does not name its page gets the answer for that one. */
function allowedOne(allowed: readonly string[], origin: string | undefined): string | undefined {
  if (origin === undefined) return allowed.length === 1 ? allowed[0] : undefined;
  return allowed.includes(origin) ? origin : undefined;
}
