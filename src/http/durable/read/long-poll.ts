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
import { type PendingNews, waitForNews } from './wait-for-news';

const LF = 0x0a;
/** More than that is not sent out of what was told. */
const NEWS_BYTES_MAX = 64 * 1024;

/** `live=long-poll`: what there is, or else what comes next, or 204 once there has been nothing for a while (PROTOCOL.md, 5.7). */
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
    const patience = { signal, ms: Math.max(0, deadline - performance.now()) };
    const heard = await waitForNews(wire.store, info, from, patience);
    if (request.res.closed) return;
    if (heard === undefined) return sendNothing(request, positionHeaders(info, from, false), cursor);
    if (canBeSent(info, heard)) return sendNews(wire, request, info, heard, cursor);
    if (heard.chunks.length === 0 && heard.isEnd)
      return sendNothing(request, positionHeaders(info, from, true), cursor);
  }
}

/**
 * @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; `LOG_GONE` when another stream has its name now: its bytes are not what was waited for;
 *   RequestError `BYTES_LOST`
 */
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

/**
 * Whether what was heard can be sent as it is. A store may tell of a part of what was committed in one step, which may end inside of a
 * message; and each of those who wait has a copy of its own, so that what is large is read from the store, as fast as each takes it.
 */
function canBeSent({ framing }: LogInfo, { chunks }: PendingNews): boolean {
  const size = sizeOf(chunks);
  return size > 0 && size <= NEWS_BYTES_MAX && (framing !== 'json' || chunks.at(-1)?.at(-1) === LF);
}

/** Sends what a watcher was told, as it was told: nobody reads it from the store again. */
function sendNews(
  wire: DurableContext,
  request: StreamRequest,
  info: LogInfo,
  { chunks, next, isEnd }: PendingNews,
  cursor: ResponseHeaders,
): void {
  const selected = { from: info.tail, to: next, isUpToDate: true, isEnd };
  const body = info.framing === 'json' ? new JsonArray().next(chunks, true) : Buffer.concat(chunks);
  sendBody(wire, request, body, {
    ...chunkHeaders(info, selected),
    ...cursor,
    ...cacheHeaders(wire, info, selected),
    ETag: etagOf(info, selected),
  });
}
