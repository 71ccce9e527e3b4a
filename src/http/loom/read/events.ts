import type { ServerResponse } from 'node:http';
import { concatChunks } from '../../../core/bytes/concat-chunks';
import { sizeOf } from '../../../core/bytes/size-of';
import type { LiveDelivery } from '../../../core/follow/follower';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import { reserveTurnBytes } from '../../../core/scheduling/turn-byte-budget';
import { assertRangeIntact, DamageError, LostTailError } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { assertPreconditions } from '../../headers/preconditions';
import { EventResponse } from '../../live/event-response';
import { finish } from '../../live/finish';
import type { LiveContext } from '../../live/live-context';
import { markLongLivedAtTail } from '../../live/long-lived';
import { eventIdSuffix, type Resumption, resumeAfter } from '../headers/last-event-id';
import { requestedOffset } from '../headers/requested-offset';
import { LineEventWriter } from './line-event-writer';

/**
 * Sends a stream as Server-Sent Events. Each has whole lines; its id is the byte offset after them and the generation. If the rest of
 * a line does not come soon, its beginning is sent as `partial`. A last event `end` has the state.
 */
export async function sendLineEvents(
  request: WireRequest,
  wire: WireContext,
  info: LogInfo,
  headers: ResponseHeaders,
): Promise<void> {
  const { req, res, query } = request;
  const seen = String(req.headers['last-event-id'] ?? '');
  // A browser that reconnects repeats the query of its first request, which is out of date by then.
  const start = seen === '' ? { from: requestedOffset(query, info) } : resumeAfter(seen, info);
  assertPreconditions(req, { id: info.id });
  if (info.state === 'closed' && seen !== '' && start.reset === undefined && start.from === info.tail) {
    // The client already has the end: only this status keeps an EventSource from coming back forever.
    sendHead(request, 204, headers);
    res.end();
    return;
  }
  // An EventSource comes back after an answer that breaks off, but not after one with a status of an error.
  if (start.from < info.tail || info.state === 'closed')
    await assertRangeIntact(wire.store, info, start.from, info.tail);
  sendHead(request, 200, {
    ...headers,
    ...contentHeaders('text/event-stream; charset=utf-8'),
    ...LIVE_HEADERS,
  });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  markLongLivedAtTail(res, info, start.from);
  new LineEventsResponse(wire, res, info, start).begin();
}

class LineEventsResponse extends EventResponse {
  readonly #writer: LineEventWriter;

  constructor(context: LiveContext, res: ServerResponse, info: LogInfo, { from, reset }: Resumption) {
    super(context, res, info, from);
    this.#writer = new LineEventWriter(res, from, eventIdSuffix(info), context.config.live.partialAfter);
    if (reset !== undefined) this.#writer.reset(reset);
  }

  override stop(): void {
    super.stop();
    this.#writer.stop();
  }

  protected sendLive(chunks: readonly Buffer[]): LiveDelivery {
    if (!reserveTurnBytes(sizeOf(chunks))) return 'declined';
    this.#writer.bytes(concatChunks(chunks));
    return this.isBehind ? 'behind' : 'sent';
  }

  protected writeSlice(slice: Buffer): void {
    this.#writer.bytes(slice);
  }

  protected writeHeartbeat(): void {
    this.#writer.heartbeat();
  }

  protected ended(outcome: LogOutcome): void {
    this.#writer.end(this.at, outcome);
    finish(this.res, this.context.config.http.consumerTimeout);
  }

  protected override failed(error: unknown): void {
    // If the log goes on without the lost bytes, the reader has to come back: its answer then begins with a reset.
    if (!(error instanceof DamageError) || error instanceof LostTailError) throw error;
    this.#writer.damaged(error.lost);
    finish(this.res, this.context.config.http.consumerTimeout);
  }
}
