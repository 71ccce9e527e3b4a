import type { LogInfo } from '../../../core/log/log';
import { advance, START } from '../../../core/log/offset';
import { assertRangeIntact } from '../../../core/store/damage';
import { RequestError } from '../../errors/request-error';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { type ByteRange, parseRange } from '../../headers/byte-range';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { isNotModified } from '../../headers/preconditions';
import { finish } from '../../live/finish';
import { sendPages } from '../../live/send-pages';
import { entityTag, servedType } from '../headers/stream-headers';
import type { StreamDelivery } from './stream-delivery';

/** Which bytes of the log to send, and as what. */
interface Selection extends ByteRange {
  readonly status: 200 | 206 | 304;
  readonly headers: ResponseHeaders;
}

/** Sends what a stream has at this moment, with its length; of a closed one also an ETag, conditions and ranges (RFC 9110). */
export async function sendContent(
  request: WireRequest,
  wire: WireContext,
  delivery: StreamDelivery,
): Promise<void> {
  const { info, headers } = delivery;
  const etag = entityTag(info);
  const selected = etag === undefined ? whatIsThere(delivery) : select(request, delivery, etag);
  const length = selected.status === 304 ? {} : { 'Content-Length': selected.to - selected.from };
  const caching = request.req.method === 'HEAD' ? LIVE_HEADERS : {};
  const writeHead = (): void =>
    sendHead(request, selected.status, {
      ...headers,
      ...contentHeaders(servedType(info)),
      ...selected.headers,
      ...caching,
      ...length,
    });
  await sendSelected(request, wire, info, selected, writeHead);
  finish(request.res, wire.config.http.consumerTimeout);
}

/** The head promises the bytes. It is sent with the first page, or once the store has said that the bytes are there. */
async function sendSelected(
  request: WireRequest,
  wire: WireContext,
  info: LogInfo,
  selected: Selection,
  writeHead: () => void,
): Promise<void> {
  const from = advance(START, selected.from);
  const until = advance(START, selected.to);
  const hasBody = request.req.method !== 'HEAD' && selected.status !== 304 && from < until;
  if (hasBody) return sendPages(wire, request.res, info, { from, until, writeHead });
  if (selected.status !== 304) await assertRangeIntact(wire.store, info, from, until);
  writeHead();
}

function whatIsThere({ info, from }: StreamDelivery): Selection {
  return { status: 200, from, to: info.tail, headers: LIVE_HEADERS };
}

/** By the request's conditions and `Range` (RFC 9110, 13.2.2). @throws RequestError `RANGE_NOT_SATISFIABLE` */
function select({ req }: WireRequest, { info, from }: StreamDelivery, etag: string): Selection {
  const length = info.tail - from;
  // The stream of this id may be replaced or removed: a cache must revalidate each time, and gets 304.
  const headers = { ETag: etag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache' };
  const whole: Selection = { status: 200, from, to: info.tail, headers };
  const { range: header, 'if-range': ifRange } = req.headers;
  if (isNotModified(req, { id: info.id, etag })) return { ...whole, status: 304 };
  if (header === undefined || req.method !== 'GET' || (ifRange !== undefined && ifRange !== etag))
    return whole;
  const range = parseRange(header, length);
  if (range === undefined) return whole;
  if (range === 'unsatisfiable') {
    throw new RequestError(
      'RANGE_NOT_SATISFIABLE',
      `There is nothing at ${header}: the content has ${length} bytes`,
      {
        'Content-Range': `bytes */${length}`,
      },
    );
  }
  return {
    status: 206,
    from: from + range.from,
    to: from + range.to,
    headers: { ...headers, 'Content-Range': `bytes ${range.from}-${range.to - 1}/${length}` },
  };
}
