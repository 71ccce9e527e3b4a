import { assertRangeIntact } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS } from '../../headers/content-headers';
import { servedType } from '../headers/stream-headers';
import type { StreamDelivery } from './stream-delivery';
import { TailResponse } from './tail-response';

/** Sends an open stream from `from` on: the stored bytes, then live bytes as they are committed, then the end with its state. */
export async function sendTail(
  request: WireRequest,
  wire: WireContext,
  { info, from, headers }: StreamDelivery,
): Promise<void> {
  const { req, res } = request;
  const all = { ...headers, ...contentHeaders(servedType(info)), ...LIVE_HEADERS };
  if (req.method === 'HEAD') {
    await assertRangeIntact(wire.store, info, from, info.tail);
    sendHead(request, 200, all);
    res.end();
    return;
  }
  // HTTP/1.0 has no chunks, and so no trailers.
  const trailer = req.httpVersionMinor > 0 ? { Trailer: 'X-Stream-State' } : {};
  const tail = new TailResponse(wire, res, info, from);
  await tail.beginWith(() => sendHead(request, 200, { ...all, ...trailer }));
}
