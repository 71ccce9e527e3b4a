import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import type { ResponseHeaders } from '../../headers/content-headers';
import { assertPreconditions, isConditional } from '../../headers/preconditions';
import { vary } from '../../headers/vary';
import { signalUntilClosed } from '../../live/consumers';
import { touchLog, touchPeriodically } from '../../live/touch-log';
import { attachment } from '../headers/content-disposition';
import { representationOf } from '../headers/entity-tag';
import { streamHeaders } from '../headers/stream-headers';
import { uploadLength, uploadLimit, uploadProgress } from '../headers/upload-headers';
import { isSelective, parseReadRequest, type ReadRequest } from '../parameters/read-request';
import { sendContent } from './content';
import { sendLineEvents } from './events';
import { sendFormattedLines } from './formatted-lines';
import { asksForRange } from './representation';
import { selectBytes, selectFromOffset } from './select-bytes';
import { sendTail } from './send-tail';
import { contentTypeOf, formatOf, type StreamFormat } from './stream-format';

/** `GET /stream/:id` and `HEAD`: the stored bytes and then, if the stream is not closed, live bytes. */
export async function consume(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  const { method } = request.req;
  // A producer asks for the tail before it resumes.
  authorize(request, method === 'HEAD' ? ['consume', 'produce'] : 'consume', id);
  const read = parseReadRequest(request.query, Date.now());
  const info = await requireLog(wire.store, id);
  assertSameGeneration(request, info);
  try {
    if (method === 'GET') await noteReader(request, wire, info);
    await deliver(request, wire, info, read);
  } catch (error) {
    throw asGone(id, error);
  }
}

async function deliver(
  request: WireRequest,
  wire: WireContext,
  info: LogInfo,
  read: ReadRequest,
): Promise<void> {
  const format = formatOf(request, info, read);
  // A producer that may not read learns where the stream ends, but nothing of its lines and times.
  if (isSelective(read) || format === 'times' || format === 'lines') authorize(request, 'consume', info.id);
  const about = aboutStream(request, wire, info, { format, isDownload: read.isDownload });
  if (format === 'events') return sendLineEvents(request, wire, { info, read, headers: about });
  if (format !== 'bytes') return sendFormattedLines(request, wire, { info, read, format, headers: about });
  const selected =
    selectFromOffset(info, read) ??
    (await selectBytes(wire, info, read, { format: 'bytes', signal: signalUntilClosed(request.res) }));
  if (isConditional(request.req)) assertPreconditions(request.req, representationOf(info, selected.etag));
  const delivery = { info, selected, headers: { ...about, ...selected.headers } };
  const hasEnd = selected.isComplete || read.isNotail || asksForRange(request, selected.etag);
  return hasEnd ? sendContent(request, wire, delivery) : sendTail(request, wire, delivery);
}

/** The headers of an answer in any format. */
function aboutStream(
  { req, res }: WireRequest,
  { config }: WireContext,
  info: LogInfo,
  { format, isDownload }: { readonly format: StreamFormat; readonly isDownload: boolean },
): ResponseHeaders {
  const about = {
    ...streamHeaders(info, config.http),
    Vary: vary(res, 'Accept'),
    ...(isDownload && { 'Content-Disposition': attachment(info.id, contentTypeOf(format, info)) }),
  };
  return req.method === 'HEAD'
    ? { ...about, ...uploadProgress(info), ...uploadLength(info), ...uploadLimit(config) }
    : about;
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
