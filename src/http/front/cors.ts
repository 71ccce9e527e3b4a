import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AllowedOrigins } from '../../config/config';
import type { ResponseHeaders } from '../headers/content-headers';

/** The headers of answers that clients read. `*` adds those that a relay passes on; some browsers do not support it. */
const EXPOSED = [
  'X-Stream-Id',
  'X-Stream-State',
  'X-Stream-Generation',
  'X-Stream-Metadata',
  'X-Stream-Metadata-Bytes',
  'X-Stream-Replaced',
  'X-Stream-Lost',
  'X-Stream-Offset',
  'X-Stream-Line',
  'X-Stream-Lines',
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
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Link',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
  'X-Bytes-Delivered',
  'X-Bytes-Relayed',
  'X-Type',
  'Range',
  'Job-Status',
  'X-GitLab-Trace-Update-Interval',
  'X-Text-Size',
  'X-More-Data',
  'From',
  'More',
  '*',
].join(', ');

/** The headers of requests that clients send. `*` adds those that a relay passes on; it does not include `Authorization`. */
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
  'X-Stream-Answer',
  'X-Stream-Id',
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

/** The methods of all wires. */
export const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** A preflight's answer. Only pages of `http.allowOrigin` also get `Access-Control-Allow-Origin`. Without a max age it recurs after 5 s. */
export const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': METHODS,
  'Access-Control-Allow-Headers': SENT,
  'Access-Control-Max-Age': '600',
} as const;

/** Which pages may read answers and change streams. Cookies are never allowed: a page sends its token in a header. */
export class Cors {
  constructor(private readonly allowed: AllowedOrigins) {}

  /** @param origin `undefined`: the request does not say which page it comes from */
  allows(origin: string | undefined): boolean {
    if (this.allowed === 'any') return true;
    return this.allowed !== 'none' && origin !== undefined && this.allowed.includes(origin);
  }

  /** Allows the page to read the answer. Call it before the head is written. */
  setHeaders({ headers: { origin } }: IncomingMessage, res: ServerResponse): void {
    const { allowed } = this;
    if (allowed === 'none') return;
    const reader = allowed === 'any' ? '*' : allowedOne(allowed, origin);
    if (allowed !== 'any') res.setHeader('Vary', 'Origin');
    if (reader === undefined) return;
    res.setHeader('Access-Control-Allow-Origin', reader);
    res.setHeader('Access-Control-Expose-Headers', EXPOSED);
  }

  /** @param headers that the answer carries beside those for the browser */
  answerPreflight(req: IncomingMessage, res: ServerResponse, headers: ResponseHeaders): void {
    const isPrivate = req.headers['access-control-request-private-network'] === 'true';
    res.writeHead(204, {
      ...headers,
      ...PREFLIGHT_HEADERS,
      ...(isPrivate && this.allows(req.headers.origin) && { 'Access-Control-Allow-Private-Network': 'true' }),
    });
    res.end();
  }
}

/** A browser sends it before a request that no form could send. It has no token. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** If one origin is allowed, a request without `Origin` gets the answer for that origin. */
function allowedOne(allowed: readonly string[], origin: string | undefined): string | undefined {
  if (origin === undefined) return allowed.length === 1 ? allowed[0] : undefined;
  return allowed.includes(origin) ? origin : undefined;
}
