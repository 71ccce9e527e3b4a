import type { ServerResponse } from 'node:http';
import { concatChunks } from '../../../core/bytes/concat-chunks';
import { sizeOf } from '../../../core/bytes/size-of';
import type { LiveDelivery } from '../../../core/follow/follower';
import { isLogError } from '../../../core/log/errors';
import { isRemoval, type LogInfo, type LogOutcome } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { reserveTurnBytes } from '../../../core/scheduling/turn-byte-budget';
import { assertRangeIntact } from '../../../core/store/damage';
import type { BytesNews } from '../../../core/store/news';
import type { Page } from '../../../core/store/store';
import { sendHead } from '../../front/send-head';
import { sandboxedHeaders } from '../../headers/content-headers';
import { ChunkedBody } from '../../live/chunked-body';
import { EventResponse } from '../../live/event-response';
import { destroyIfStalled } from '../../live/finish';
import type { LiveContext } from '../../live/live-context';
import { markLongLivedAtTail } from '../../live/long-lived';
import { touchPeriodically } from '../../live/touch-log';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { isClosed } from '../context/shared-headers';
import { isText } from '../headers/media-type';
import { encodingOf } from './event-frames';
import { EventWriter } from './event-writer';
import { precedingByte } from './preceding-byte';

const NOTHING = Buffer.alloc(0);

/** `live=sse` (PROTOCOL.md, 5.8). The response ends after a while, so that clients spread over the nodes there are by then. */
export async function sendDurableEvents(
  wire: DurableContext,
  request: StreamRequest,
  info: LogInfo,
  from: Offset,
): Promise<void> {
  if (from < info.tail || isClosed(info)) await assertRangeIntact(wire.store, info, from, info.tail);
  const encoding = encodingOf(info.framing, isText(info.contentType));
  sendHead(request, 200, {
    ...sandboxedHeaders('text/event-stream'),
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    ...(encoding === 'base64' && { 'Stream-SSE-Data-Encoding': 'base64' }),
  });
  const cursor = request.query.get('cursor') ?? undefined;
  const body = new ChunkedBody(request.res);
  body.begin();
  const writer = new EventWriter(body, info, { encoding, cursor, from });
  markLongLivedAtTail(request.res, info, from);
  if (info.expiry?.kind === 'idle') touchPeriodically(wire.store, info, wire.consumers.signalOf(request.res));
  new DurableEventsResponse(wire, request.res, info, from, writer).begin();
}

/**
 * Ends without a last event when its time is over, the server stops, or the stream was removed or lost bytes: the next answer says
 * which.
 */
class DurableEventsResponse extends EventResponse {
  readonly #lifetime: NodeJS.Timeout;

  constructor(
    context: LiveContext,
    res: ServerResponse,
    info: LogInfo,
    from: Offset,
    private readonly writer: EventWriter,
  ) {
    super(context, res, info, from);
    this.#lifetime = setTimeout(() => this.close(), context.config.durable.eventsLifetime);
  }

  override close(): void {
    if (this.isOver) return;
    this.stop();
    if (!this.res.closed) this.#finish();
  }

  override stop(): void {
    super.stop();
    clearTimeout(this.#lifetime);
  }

  protected sendLive({ chunks, end }: BytesNews, next: Offset): LiveDelivery {
    if (end !== undefined) return this.#sendLast(chunks, next);
    if (!this.writer.writeShared(chunks, next)) return 'declined';
    return this.isBehind ? 'behind' : 'sent';
  }

  #sendLast(chunks: readonly Buffer[], end: Offset): LiveDelivery {
    if (this.writer.needsPrecedingByte(chunks[0]) || !reserveTurnBytes(sizeOf(chunks))) return 'declined';
    this.writer.writeLast(concatChunks(chunks), end);
    return 'sent';
  }

  protected async writeSlice(slice: Buffer, next: Offset, page: Page): Promise<void> {
    if (this.writer.needsPrecedingByte(slice)) {
      const at = advance(next, -slice.length);
      this.writer.setPrecedingByte(await precedingByte(this.store, this.log, at));
      if (this.isOver) return;
    }
    if (next === page.next && page.end !== undefined) this.writer.writeLast(slice, next);
    else this.writer.writeSlice(slice, next, next === page.next && next >= this.tail);
  }

  protected writeHeartbeat(): void {
    this.writer.writeHeartbeat();
  }

  protected override caughtUp(): void {
    this.writer.writeUpToDate();
  }

  protected ended(outcome: LogOutcome): void {
    if (!isRemoval(outcome)) this.writer.writeLast(NOTHING, this.at);
    this.#finish();
  }

  /** All removals end the response alike. */
  protected override get removalNewsMs(): number {
    return 0;
  }

  protected override failed(error: unknown): void {
    if (!isLogError(error, 'LOG_GONE')) throw error;
    this.#finish();
  }

  #finish(): void {
    this.writer.end();
    destroyIfStalled(this.res, this.context.config.http.consumerTimeout);
  }
}
