import type { RouterContext } from '@koa/router';
import { assertRangeIntact } from '../../../core/store/damage';
import type { WireContext } from '../../front/protocol';
import { contentHeaders, LIVE_HEADERS } from '../../headers/content-headers';
import { sendHead } from '../../live/send-head';
import { servedType } from '../headers/served-type';
import type { StreamDelivery } from './stream-delivery';
import { TailResponse } from './tail-response';

/** Sends an open stream from `from` on: what there is, then live bytes as they are committed, then the end with its state. */
export async function sendTail(
  ctx: RouterContext,
  wire: WireContext,
  { info, from, headers }: StreamDelivery,
): Promise<void> {
  const { req, res } = ctx;
  const all = { ...headers, ...contentHeaders(servedType(info)), ...LIVE_HEADERS };
  if (ctx.method === 'HEAD') {
    await assertRangeIntact(wire.store, info, from, info.tail);
    sendHead(ctx, 200, all);
    res.end();
    return;
  }
  // HTTP/1.0 has no chunks, and so no trailers.
  const trailer = req.httpVersionMinor > 0 ? { Trailer: 'X-Stream-State' } : {};
  // It is not Koa's to answer any more, also when the client leaves before there is a head.
  ctx.respond = false;
  await TailResponse.begin(wire, res, info, from, () => sendHead(ctx, 200, { ...all, ...trailer }));
}
