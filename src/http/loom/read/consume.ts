import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { asNotFound, requireLog } from '../../errors/require-log';
import { authorize } from '../../front/access';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { prefers } from '../../headers/accept';
import { assertPreconditions } from '../../headers/preconditions';
import { essence } from '../../headers/stored-content-type';
import { vary } from '../../headers/vary';
import { touchLog, touchPeriodically } from '../../live/touch-log';
import { requestedOffset } from '../headers/requested-offset';
import { entityTag, servedType, streamHeaders } from '../headers/stream-headers';
import { uploadLength, uploadLimit, uploadProgress } from '../headers/upload-headers';
import { sendContent } from './content';
import { sendLineEvents } from './events';
import { sendTail } from './send-tail';

/** `GET /stream/:id` and `HEAD`: the stored bytes and then, if the stream is not closed, live bytes. */
export async function consume(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  const { method } = request.req;
  // A producer asks for the tail before it resumes.
  authorize(request, method === 'HEAD' ? ['consume', 'produce'] : 'consume', id);
  const info = await requireLog(wire.store, id);
  try {
    if (method === 'GET') await noteReader(request, wire, info);
    await deliver(request, wire, info);
  } catch (error) {
    // It was removed or replaced during the request.
    throw isLogError(error, 'LOG_GONE') ? asNotFound(id, error) : error;
  }
}

async function deliver(request: WireRequest, wire: WireContext, info: LogInfo): Promise<void> {
  const { req, res, query } = request;
  const isNotail = query.has('notail');
  const about = {
    ...streamHeaders(info, wire.config.http),
    ...(!isNotail && { Vary: vary(res, 'Accept') }),
  };
  const headers =
    req.method === 'HEAD'
      ? { ...about, ...uploadProgress(info), ...uploadLength(info), ...uploadLimit(wire.config) }
      : about;
  if (wantsEvents(request, info) && !isNotail) return sendLineEvents(request, wire, info, headers);
  const from = requestedOffset(query, info);
  assertPreconditions(req, { id: info.id, etag: entityTag(info) });
  if (info.state === 'closed' || isNotail) return sendContent(request, wire, { info, from, headers });
  return sendTail(request, wire, { info, from, headers });
}

/** A stream with a reader is not idle. */
async function noteReader(
  { res }: WireRequest,
  { store, consumers }: WireContext,
  info: LogInfo,
): Promise<void> {
  if (info.expiry?.kind !== 'idle') return;
  await touchLog(store, info);
  touchPeriodically(store, info, consumers.signalOf(res));
}

function wantsEvents({ req }: WireRequest, info: LogInfo): boolean {
  return prefers(req.headers.accept ?? '', 'text/event-stream', essence(servedType(info)));
}
