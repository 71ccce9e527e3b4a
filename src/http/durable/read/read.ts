import type { LogInfo } from '../../../core/log/log';
import { segmentOf } from '../../../core/log/loss';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { RequestError } from '../../errors/request-error';
import { requireLog } from '../../errors/require-log';
import { assertPreconditions } from '../../headers/preconditions';
import { touchLog } from '../../live/touch-log';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { assertSegment } from '../headers/assert-segment';
import { offsetToken, parseReadStart, type ReadStart, type SegmentOffset } from '../headers/offset-token';
import { assertBoundary } from '../json/message-boundaries';
import { sendDurableEvents } from './live-events';
import { longPoll } from './long-poll';
import { sendChunk, sendEmptyAtTail } from './send-chunk';

interface ReadQuery {
  readonly from: ReadStart;
  readonly live: 'long-poll' | 'sse' | undefined;
}

/** `GET` (PROTOCOL.md, 5.6 to 5.8). */
export async function read(wire: DurableContext, request: StreamRequest): Promise<void> {
  authorize(request, 'consume', request.id);
  const { from: asked, live } = parseReadQuery(request.query);
  const info = await requireLog(wire.store, request.id);
  assertSameGeneration(request, info);
  await touchLog(wire.store, info);
  const place = await startOf(wire, info, asked);
  if (live === 'long-poll') return longPoll(wire, request, info, place);
  if (live === undefined && asked !== 'now') return sendChunk(wire, request, info, place.offset);
  assertPreconditions(request.req, { id: info.id });
  if (live === 'sse') await sendDurableEvents(wire, request, info, place.offset);
  else sendEmptyAtTail(wire, request, info);
}

/** Parameters that are not in the protocol are ignored. @throws RequestError `PARAMETER_INVALID` */
function parseReadQuery(query: URLSearchParams): ReadQuery {
  const [offset, ...more] = query.getAll('offset');
  if (more.length > 0) throw new RequestError('PARAMETER_INVALID', 'offset is given more than once');
  const [mode, ...modes] = query.getAll('live');
  if (modes.length > 0) throw new RequestError('PARAMETER_INVALID', 'live is given more than once');
  const live = parseLive(mode);
  if (live !== undefined && offset === undefined) {
    throw new RequestError('PARAMETER_INVALID', `live=${live} needs an offset`);
  }
  return { from: parseReadStart(offset ?? '-1'), live };
}

function parseLive(raw: string | undefined): ReadQuery['live'] {
  if (raw === undefined) return undefined;
  if (raw === 'long-poll' || raw === 'sse') return raw;
  throw new RequestError('PARAMETER_INVALID', 'live must be long-poll or sse');
}

/** @throws RequestError `PARAMETER_INVALID` for an offset of another stream; `BYTES_LOST` */
async function startOf({ store }: DurableContext, info: LogInfo, asked: ReadStart): Promise<SegmentOffset> {
  if (asked === 'now') return { offset: info.tail, segment: segmentOf(info, info.tail) };
  assertSegment(info, asked, 'offset');
  if (asked.offset > info.tail) throw beyondTail(info, asked);
  await assertBoundary(store, info, asked.offset, 'offset');
  return asked;
}

function beyondTail(info: LogInfo, { offset }: SegmentOffset): RequestError {
  const tail = offsetToken(info, info.tail);
  return new RequestError(
    'PARAMETER_INVALID',
    `offset is beyond the end of the stream, ${tail}: it was given for another one, or the bytes from there to ${offset} are lost`,
    { 'Stream-Next-Offset': tail },
  );
}
