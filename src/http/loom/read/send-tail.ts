import type { LogInfo } from '../../../core/log/log';
import { assertRangeIntact } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { servedType } from '../headers/stream-headers';
import { SelectedTailResponse } from './selected-tail-response';
import type { StreamDelivery } from './stream-delivery';
import { TailResponse } from './tail-response';

/** Sends an open stream: the stored bytes that are selected, then live bytes as they are committed, then the end with its state. */
export async function sendTail(
  request: WireRequest,
  wire: WireContext,
  { info, selected, headers }: StreamDelivery,
): Promise<void> {
  const { req, res } = request;
  const { from, to, live, isTimed } = selected;
  const all = tailHeaders(info, headers);
  if (req.method === 'HEAD') {
    await assertRangeIntact(wire.store, info, from, to);
    sendHead(request, 200, all);
    res.end();
    return;
  }
  // HTTP/1.0 has no chunks, and so no trailers.
  const trailer = req.httpVersionMinor > 0 ? { Trailer: 'X-Stream-State' } : {};
  const writeHead = (): void => sendHead(request, 200, { ...all, ...trailer });
  if (live === undefined) return new TailResponse(wire, res, info, from).beginWith(writeHead);
  await assertRangeIntact(wire.store, info, from, to);
  writeHead();
  new SelectedTailResponse(wire, res, info, { from, live, isTimed }).begin();
}

function tailHeaders(info: LogInfo, headers: ResponseHeaders): ResponseHeaders {
  return { ...headers, ...contentHeaders(servedType(info)), ...LIVE_HEADERS, 'Accept-Ranges': 'bytes' };
}
