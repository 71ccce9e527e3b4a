import { RequestError } from '../../errors/request-error';
import type { WireRequest } from '../../front/wire-request';
import { acceptedCoding, type ContentCoding } from '../../headers/accept-encoding';
import { type ByteRange, parseRange } from '../../headers/byte-range';
import { codedTag } from '../../headers/coded-tag';
import { isCompressible } from '../../headers/compressible';
import { LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { isConditional, isNotModified } from '../../headers/preconditions';
import { servedType } from '../headers/stream-headers';
import type { StreamDelivery } from './stream-delivery';

/** Which bytes of the log an answer that ends has, and as what. */
export interface Representation extends ByteRange {
  readonly status: 200 | 206 | 304;
  readonly coding: ContentCoding;
  readonly headers: ResponseHeaders;
}

const ACCEPTS_RANGES = { 'Accept-Ranges': 'bytes' };

/** Whether the request has a `Range` that is honoured. An `If-Range` of an open stream never fits: it has no ETag. */
export function asksForRange({ req }: WireRequest, etag: string | undefined): boolean {
  const { range, 'if-range': ifRange } = req.headers;
  const isGuarded = ifRange !== undefined && ifRange !== etag;
  return range !== undefined && req.method === 'GET' && !isGuarded && parseRange(range, 1) !== undefined;
}

/** By the request's conditions, `Range` (RFC 9110, 13.2.2) and `Accept-Encoding`. @throws RequestError `RANGE_NOT_SATISFIABLE` */
export function represent(request: WireRequest, delivery: StreamDelivery): Representation {
  const { from, to, etag } = delivery.selected;
  const coding = codingOf(request, delivery);
  // The stream of this id may be replaced or removed: a cache must revalidate each time, and gets 304.
  const caching = etag === undefined ? LIVE_HEADERS : { 'Cache-Control': 'no-cache' };
  const tag = etag === undefined ? {} : { ETag: etag };
  const known = knownTag(request, delivery, coding);
  if (known !== undefined)
    return {
      status: 304,
      coding: 'identity',
      from,
      to,
      headers: { ...caching, ...ACCEPTS_RANGES, ETag: known },
    };
  if (asksForRange(request, etag))
    return rangeOf(request, delivery, { ...caching, ...ACCEPTS_RANGES, ...tag });
  if (coding === 'identity')
    return { status: 200, coding, from, to, headers: { ...caching, ...ACCEPTS_RANGES, ...tag } };
  // Ranges are of the bare bytes, so that this form does not offer them.
  const coded = { ...caching, ...(etag !== undefined && { ETag: codedTag(etag, coding) }) };
  return { status: 200, coding, from, to, headers: { ...coded, 'Content-Encoding': coding } };
}

/** The tag of the form that the client has, which need not be the one that it would get. */
function knownTag(
  { req }: WireRequest,
  { selected: { etag } }: StreamDelivery,
  coding: ContentCoding,
): string | undefined {
  if (etag === undefined || !isConditional(req)) return undefined;
  const tags = [codedTag(etag, coding), etag, codedTag(etag, 'gzip')];
  return tags.find((one) => isNotModified(req, { etag: one }));
}

function codingOf({ req }: WireRequest, { info, selected }: StreamDelivery): ContentCoding {
  const isWorthwhile = isCompressible(selected.to - selected.from, servedType(info));
  return isWorthwhile ? acceptedCoding(req.headers['accept-encoding']?.toString()) : 'identity';
}

function rangeOf(
  { req }: WireRequest,
  { info, selected }: StreamDelivery,
  headers: ResponseHeaders,
): Representation {
  const { from, to } = selected;
  const length = to - from;
  const { range: header = '' } = req.headers;
  const range = parseRange(header, length);
  if (range === 'unsatisfiable' || range === undefined) {
    throw new RequestError(
      'RANGE_NOT_SATISFIABLE',
      `There is nothing at ${header}: the content has ${length} bytes`,
      { 'Content-Range': `bytes */${length}` },
    );
  }
  // More may come to an open stream.
  const total = info.state === 'closed' ? length : '*';
  return {
    status: 206,
    coding: 'identity',
    from: from + range.from,
    to: from + range.to,
    headers: { ...headers, 'Content-Range': `bytes ${range.from}-${range.to - 1}/${total}` },
  };
}
