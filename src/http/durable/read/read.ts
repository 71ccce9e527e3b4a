import type { LogInfo } from '../../../core/log/log';
import { segmentOf } from '../../../core/log/loss';
import { RequestError } from '../../errors/request-error';
import { existing } from '../../errors/require-log';
import { assertAllowed } from '../../front/access';
import { assertConditions } from '../../headers/preconditions';
import { touch } from '../../live/touch-log';
import type { Durable, StreamRequest } from '../context/durable-context';
import { assertSameBytes } from '../headers/assert-segment';
import { offsetToken, parseReadFrom, type ReadFrom, type TokenPlace } from '../headers/offset-token';
import { assertBoundary } from '../json/message-boundaries';
import { sendEvents } from './live-events';
import { longPoll } from './long-poll';
import { sendChunk, sendNothingYet } from './send-chunk';

interface ReadQuery {
  readonly from: ReadFrom;
  readonly live: 'long-poll' | 'sse' | undefined;
}

/** `GET` (PROTOCOL.md, 5.6 to 5.8). */
export async function read(wire: Durable, request: StreamRequest): Promise<void> {
  assertAllowed(request.allowed, 'consume', request.id);
  const { from: asked, live } = parseReadQuery(request.query);
  const info = await existing(wire.store, request.id);
  await touch(wire.store, info);
  const place = await startOf(wire, info, asked);
  if (live === 'long-poll') return longPoll(wire, request, info, place);
  if (live === undefined && asked !== 'now') return sendChunk(wire, request, info, place.offset);
  assertConditions(request.req, { id: info.id });
  if (live === 'sse') await sendEvents(wire, request, info, place.offset);
  else sendNothingYet(wire, request, info);
}

/** @throws RequestError `PARAMETER_INVALID`. Parameters that the protocol does not have are left alone */
function parseReadQuery(query: URLSearchParams): ReadQuery {
  const [offset, ...more] = query.getAll('offset');
  if (more.length > 0) throw new RequestError('PARAMETER_INVALID', 'offset is given more than once');
  const [mode, ...modes] = query.getAll('live');
  if (modes.length > 0) throw new RequestError('PARAMETER_INVALID', 'live is given more than once');
  const live = parseLive(mode);
  if (live !== undefined && offset === undefined) {
    throw new RequestError('PARAMETER_INVALID', `live=${live} needs an offset`);
  }
  return { from: parseReadFrom(offset ?? '-1'), live };
}

function parseLive(raw: string | undefined): ReadQuery['live'] {
  if (raw === undefined) return undefined;
  if (raw === 'long-poll' || raw === 'sse') return raw;
  throw new RequestError('PARAMETER_INVALID', 'live must be long-poll or sse');
}

/** @throws RequestError `PARAMETER_INVALID` for an offset that this stream does not have: it was given for another; `BYTES_LOST` */
async function startOf({ store }: Durable, info: LogInfo, asked: ReadFrom): Promise<TokenPlace> {
  if (asked === 'now') return { offset: info.tail, segment: segmentOf(info, info.tail) };
  assertSameBytes(info, asked, 'offset');
  if (asked.offset > info.tail) throw beyondTail(info, asked);
  await assertBoundary(store, info, asked.offset, 'offset');
  return asked;
}

function beyondTail(info: LogInfo, { offset }: TokenPlace): RequestError {
  const tail = offsetToken(info, info.tail);
  return new RequestError(
    'PARAMETER_INVALID',
    `offset is beyond the end of the stream, ${tail}: it was given for another one, or the bytes from there to ${offset} are lost`,
    { 'Stream-Next-Offset': tail },
  );
}
