import type { RouterContext } from '@koa/router';
import { contentHeaders, LIVE_HEADERS } from '../content-headers';
import type { Wire } from '../protocol';
import { sendHead } from '../send-head';
import { servedType } from './content-type';
import type { Delivery } from './delivery';
import { TailResponse } from './tail-response';

/** Sends an open stream from `from` on: what there is, then live bytes as they are committed, then the end with its state. */
export function sendTail(ctx: RouterContext, wire: Wire, { info, from, headers }: Delivery): void {
  const { req, res } = ctx;
  const all = { ...headers, ...contentHeaders(servedType(info)), ...LIVE_HEADERS };
  if (ctx.method === 'HEAD') {
    sendHead(ctx, 200, all);
    res.end();
    return;
  }
  // HTTP/1.0 has no chunks, and so no trailers.
  const trailer = req.httpVersionMinor > 0 ? { Trailer: 'X-Stream-State' } : {};
  sendHead(ctx, 200, { ...all, ...trailer });
  TailResponse.begin(wire, res, info, from);
}
