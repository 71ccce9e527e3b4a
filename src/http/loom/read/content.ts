import type { LogInfo } from '../../../core/log/log';
import { advance, START } from '../../../core/log/offset';
import { assertRangeIntact } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { vary } from '../../headers/vary';
import { signalUntilClosed } from '../../live/consumers';
import { finish } from '../../live/finish';
import { sendCompressed } from '../../live/send-compressed';
import { sendPages } from '../../live/send-pages';
import { servedType } from '../headers/stream-headers';
import { type Representation, represent } from './representation';
import type { StreamDelivery } from './stream-delivery';

/**
 * Sends what is selected of a stream at this moment, with its length. If the stream is closed, the content never changes, and the answer has
 * what RFC 9110 defines for it: an ETag, conditions, ranges.
 */
export async function sendContent(
  request: WireRequest,
  wire: WireContext,
  delivery: StreamDelivery,
): Promise<void> {
  const { info, headers } = delivery;
  const chosen = represent(request, delivery);
  const isUnsized = chosen.status === 304 || chosen.coding !== 'identity';
  const length = isUnsized ? {} : { 'Content-Length': chosen.to - chosen.from };
  const caching = request.req.method === 'HEAD' ? LIVE_HEADERS : {};
  const position = chosen.status === 206 ? await positionOf(request, wire, delivery, chosen) : {};
  const writeHead = (): void =>
    sendHead(request, chosen.status, {
      ...headers,
      ...contentHeaders(servedType(info)),
      Vary: vary(request.res, 'Accept, Accept-Encoding'),
      ...chosen.headers,
      ...position,
      ...caching,
      ...length,
    });
  await sendChosen(request, wire, info, chosen, writeHead);
  finish(request.res, wire.config.http.consumerTimeout);
}

/** A range may begin in another line than what is selected. Its number is counted already, or cheap to count. */
async function positionOf(
  { res }: WireRequest,
  { lines }: WireContext,
  { info, headers, selected }: StreamDelivery,
  chosen: Representation,
): Promise<ResponseHeaders> {
  const position = { 'X-Stream-Offset': String(chosen.from) };
  if (headers['X-Stream-Line'] === undefined || chosen.from === selected.from) return position;
  const line = await lines.lineAt(info, advance(START, chosen.from), signalUntilClosed(res));
  return { ...position, 'X-Stream-Line': String(line) };
}

/** The head promises the bytes. It is sent with the first page, or once the store has said that the bytes are there. */
async function sendChosen(
  request: WireRequest,
  wire: WireContext,
  info: LogInfo,
  chosen: Representation,
  writeHead: () => void,
): Promise<void> {
  const from = advance(START, chosen.from);
  const until = advance(START, chosen.to);
  const hasBody = request.req.method !== 'HEAD' && chosen.status !== 304 && from < until;
  if (hasBody) {
    const send = chosen.coding === 'identity' ? sendPages : sendCompressed;
    return send(wire, request.res, info, { from, until, writeHead });
  }
  if (chosen.status !== 304) await assertRangeIntact(wire.store, info, from, until);
  writeHead();
}
