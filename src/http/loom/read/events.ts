import type { Start } from '../../../core/lines/selection';
import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import { assertRangeIntact } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { assertPreconditions } from '../../headers/preconditions';
import { signalUntilClosed } from '../../live/consumers';
import { markLongLivedAtTail } from '../../live/long-lived';
import { type Resumption, resumeAfter } from '../headers/last-event-id';
import { hasBounds, type ReadRequest } from '../parameters/read-request';
import { begunLineOf } from './begun-line-of';
import { EventIds } from './event-ids';
import { FormattedResponse } from './formatted-response';
import { LineEventWriter } from './line-event-writer';
import { LineTimestamps } from './line-timestamps';
import { selectBytes, selectFromOffset } from './select-bytes';
import { contentTypeOf } from './stream-format';

/** A request whose answer is events. */
interface EventsDelivery {
  readonly info: LogInfo;
  readonly read: ReadRequest;
  readonly headers: ResponseHeaders;
}

/**
 * Sends a stream as Server-Sent Events. Each has whole lines; its id is the byte offset after them and the generation. If the rest of
 * a line does not come soon, its beginning is sent as `partial`. A last event `end` has the state.
 */
export async function sendLineEvents(
  request: WireRequest,
  wire: WireContext,
  { info, read, headers }: EventsDelivery,
): Promise<void> {
  const { req, res } = request;
  const seen = String(req.headers['last-event-id'] ?? '');
  const resumption = seen === '' ? undefined : resumeAfter(seen, info);
  const asked = resumption === undefined ? read : continued(read, resumption, info);
  // Made where it is needed: a signal takes a kilobyte, and most readers need none.
  const signalOf = (): AbortSignal => signalUntilClosed(res);
  const selected =
    selectFromOffset(info, asked) ??
    (await selectBytes(wire, info, asked, { format: 'bytes', signal: signalOf() }));
  assertPreconditions(req, { id: info.id });
  const { from, to, isComplete } = selected;
  if (resumption?.kind === 'resumed') {
    const hasAll = isComplete && from >= to;
    if (hasAll || (resumption.hasEnd && hasBounds(read.bounds))) return sendNothingMore(request, headers);
  }
  const timestamps = read.hasTimestamps
    ? new LineTimestamps(
        await begunLineOf(wire, info, { read: asked, from, signal: signalOf() }),
        resumption?.kind === 'resumed',
      )
    : undefined;
  // An EventSource comes back after an answer that breaks off, but not after one with a status of an error.
  if (from < to || info.state === 'closed') await assertRangeIntact(wire.store, info, from, to);
  sendHead(request, 200, {
    ...headers,
    ...selected.headers,
    ...contentHeaders(contentTypeOf('events', info)),
    ...LIVE_HEADERS,
  });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  markLongLivedAtTail(res, info, from);
  const ids = new EventIds(info, asked.bounds);
  const writer = new LineEventWriter(res, { from, ids, timestamps });
  if (resumption?.kind === 'reset') writer.reset(resumption.data, from);
  else if (resumption === undefined && isRelative(read.start) && from === to && !isComplete)
    writer.place(from);
  new FormattedResponse(wire, res, info, writer, { selected }).begin();
}

/** The client already has the end: only this status keeps an EventSource from coming back forever. */
function sendNothingMore(request: WireRequest, headers: ResponseHeaders): void {
  sendHead(request, 204, headers);
  request.res.end();
}

/** Whether the same start is at another offset later. */
function isRelative(start: Start | undefined): boolean {
  return start?.kind === 'tail' || (start?.kind === 'offset' && start.offset < 0);
}

/**
 * A browser that reconnects repeats the query of its first request, whose start is out of date by then. What is left of its bounds is in
 * the id. After a reset the first request is answered anew, but for an offset, which means nothing in other bytes.
 */
function continued(
  { start, bounds, ...rest }: ReadRequest,
  resumption: Resumption,
  info: LogInfo,
): ReadRequest {
  const { generation: _, ...read } = rest;
  if (resumption.kind === 'reset')
    return { ...read, bounds, ...(start !== undefined && start.kind !== 'offset' && { start }) };
  const { from: offset, bound } = resumption;
  const isOwn = bound !== undefined && bounds[bound.name] !== undefined;
  return {
    ...read,
    start: { kind: 'offset', offset },
    // The id has been compared.
    generation: wireGeneration(info),
    bounds: isOwn ? { ...bounds, [bound.name]: bound.left } : bounds,
  };
}
