import { sizeOf } from '../../../core/bytes/size-of';
import { LogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { requireLog } from '../../errors/require-log';
import { sendEmpty } from '../../front/send-head';
import type { ResponseHeaders } from '../../headers/content-headers';
import { assertPreconditions } from '../../headers/preconditions';
import { markLongLived } from '../../live/long-lived';
import { touchPeriodically } from '../../live/touch-log';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { isClosed, positionHeaders } from '../context/shared-headers';
import { assertSegment } from '../headers/assert-segment';
import { nextCursor } from '../headers/cursor';
import type { SegmentOffset } from '../headers/offset-token';
import { JsonArray } from '../json/json-messages';
import { cacheHeaders, etagOf } from './cache-headers';
import { chunkHeaders, sendBody, sendChunk } from './send-chunk';
import { type TurnNews, waitForNews } from './wait-for-news';

const LF = 0x0a;
/** News with more bytes are not sent: the bytes are read from the store. */
const NEWS_BYTES_MAX = 64 * 1024;

/** `live=long-poll`: the stored bytes, otherwise the next ones, or 204 if none come for a while (PROTOCOL.md, 5.7). */
export async function longPoll(
  wire: DurableContext,
  request: StreamRequest,
  before: LogInfo,
  place: SegmentOffset,
): Promise<void> {
  const from = place.offset;
  const deadline = performance.now() + wire.config.durable.longPollTimeout;
  const cursor = { 'Stream-Cursor': nextCursor(request.query.get('cursor') ?? undefined) };
  const signal = wire.consumers.signalOf(request.res);
  touchPeriodically(wire.store, before, signal);
  for (let info = before; ; info = await sameStream(wire, info, place)) {
    if (from < info.tail) return sendChunk(wire, request, info, from, cursor);
    assertPreconditions(request.req, { id: info.id });
    if (isClosed(info)) return sendNothing(request, positionHeaders(info, from, true), cursor);
    markLongLived(request.res);
    const limit = { signal, ms: Math.max(0, deadline - performance.now()) };
    const news = await waitForNews(wire.store, info, from, limit);
    if (request.res.closed) return;
    if (news === undefined) return sendNothing(request, positionHeaders(info, from, false), cursor);
    if (canBeSent(info, news)) return sendNews(wire, request, info, news, cursor);
    if (news.chunks.length === 0 && news.isEnd)
      return sendNothing(request, positionHeaders(info, from, true), cursor);
  }
}

/** The present facts. @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; `LOG_GONE` if another stream has the id; RequestError */
async function sameStream(
  { store }: DurableContext,
  { id, generation }: LogInfo,
  place: SegmentOffset,
): Promise<LogInfo> {
  const info = await requireLog(store, id);
  if (info.generation !== generation) throw new LogError('LOG_GONE');
  assertSegment(info, place, 'offset');
  return info;
}

function sendNothing(request: StreamRequest, at: ResponseHeaders, cursor: ResponseHeaders): void {
  sendEmpty(request, 204, {
    ...at,
    'Stream-Up-To-Date': 'true',
    ...cursor,
    'Cache-Control': 'no-store',
  });
}

/** Whether the news can be sent as they are. They may end inside a message; large ones are read from the store, as fast as each reader. */
function canBeSent({ framing }: LogInfo, { chunks }: TurnNews): boolean {
  const size = sizeOf(chunks);
  return size > 0 && size <= NEWS_BYTES_MAX && (framing !== 'json' || chunks.at(-1)?.at(-1) === LF);
}

/** Sends the bytes of the news: no reader reads them from the store again. */
function sendNews(
  wire: DurableContext,
  request: StreamRequest,
  info: LogInfo,
  { chunks, next, isEnd }: TurnNews,
  cursor: ResponseHeaders,
): void {
  const selected = { from: info.tail, to: next, isUpToDate: true, isEnd };
  const body = info.framing === 'json' ? new JsonArray().next(chunks, true) : Buffer.concat(chunks);
  wire.meter.deliveredBytes += sizeOf(chunks);
  sendBody(wire, request, body, {
    ...chunkHeaders(info, selected),
    ...cursor,
    ...cacheHeaders(request.principal(), info, selected),
    ETag: etagOf(info, selected),
  });
}
