import type { ServerResponse } from 'node:http';
import { concatChunks } from '../../../core/bytes/concat-chunks';
import { LossWatch } from '../../../core/follow/loss-watch';
import { readToTail } from '../../../core/follow/read-to-tail';
import { isLogError } from '../../../core/log/errors';
import { isRemoval, type LogInfo } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { sliceChunks, waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import { assertRangeIntact } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import { sandboxedHeaders } from '../../headers/content-headers';
import { ChunkedBody } from '../../live/chunked-body';
import { detach } from '../../live/detach';
import { destroyIfStalled } from '../../live/finish';
import { markLongLivedAtTail } from '../../live/long-lived';
import { touchPeriodically } from '../../live/touch-log';
import { waitForDrain } from '../../live/wait-for-drain';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { isClosed } from '../context/shared-headers';
import { isText } from '../headers/media-type';
import { encodingOf } from './event-frames';
import { EventWriter } from './event-writer';
import { type ForwardEnd, forwardLive } from './forward-live';
import { precedingByte } from './preceding-byte';

/** More than that in a consumer's socket, and it reads from the store instead of being told. */
const BEHIND_BYTES = 128 * 1024;

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
  detach(request.res, wire.logger, sendLive(wire, request.res, info, { from, writer }));
}

interface Reader {
  readonly from: Offset;
  readonly writer: EventWriter;
}

async function sendLive(
  wire: DurableContext,
  res: ServerResponse,
  info: LogInfo,
  reader: Reader,
): Promise<void> {
  const { live, durable } = wire.config;
  const over = new AbortController();
  const end = (): void => over.abort();
  const signal = wire.consumers.signalOf(res);
  // Aborted at once where the server stops already.
  if (signal.aborted) end();
  else signal.addEventListener('abort', end);
  const lifetime = setTimeout(end, durable.eventsLifetime);
  const heartbeat = setInterval(() => {
    if (!res.writableNeedDrain) reader.writer.writeHeartbeat();
  }, live.heartbeat);
  touchPeriodically(wire.store, info, signal);
  try {
    await untilEnd(wire, res, info, reader, over.signal);
  } catch (error) {
    // Its time is over, the server stops, or its stream was taken away or lost bytes: the client's next request is answered so.
    const isOver = over.signal.aborted || isLogError(error, 'LOG_GONE') || isLogError(error, 'BYTES_LOST');
    if (!isOver || res.closed) throw error;
  } finally {
    clearTimeout(lifetime);
    clearInterval(heartbeat);
  }
  reader.writer.end();
  destroyIfStalled(res, wire.config.http.consumerTimeout);
}

/** Alternates between reading from the store and standing at the tail. */
async function untilEnd(
  wire: DurableContext,
  res: ServerResponse,
  info: LogInfo,
  { from, writer }: Reader,
  signal: AbortSignal,
): Promise<void> {
  for (let at = from; ; ) {
    const watch = new LossWatch(wire.store, info, at);
    let live: Promise<ForwardEnd>;
    try {
      const stored = await sendStored(wire, res, info, { from: at, writer }, watch, signal);
      if (stored.isEnd) return;
      watch.assertNone();
      writer.writeUpToDate();
      live = forwardLive(wire.store, info, stored.at, signal, (chunks, next) => {
        if (!writer.writeShared(chunks, next)) return 'left';
        return res.writableLength <= BEHIND_BYTES ? 'passed' : 'behind';
      });
    } finally {
      // Only now that the other one watches: no loss can come in between.
      watch.stop();
    }
    const { at: reached, outcome, last = [] } = await live;
    at = reached;
    if (outcome !== undefined) {
      if (isRemoval(outcome)) return;
      const bytes = concatChunks(last);
      if (writer.needsPrecedingByte(bytes))
        writer.setPrecedingByte(await precedingByte(wire.store, info, advance(at, -bytes.length)));
      writer.writeLast(bytes, at);
      return;
    }
    await waitForDrain(res, wire.config.http.consumerTimeout, signal);
  }
}

/** Sends what the store has, up to the tail. */
async function sendStored(
  { store, config }: DurableContext,
  res: ServerResponse,
  info: LogInfo,
  { from, writer }: Reader,
  watch: LossWatch,
  signal: AbortSignal,
): Promise<{ at: Offset; isEnd: boolean }> {
  let at = from;
  for await (const page of readToTail(store, info, at, signal)) {
    watch.assertNone();
    for (const slice of sliceChunks(page.chunks)) {
      await waitForTurn(slice.length);
      if (writer.needsPrecedingByte(slice)) writer.setPrecedingByte(await precedingByte(store, info, at));
      at = advance(at, slice.length);
      const isEnd = at === page.next && page.end !== undefined;
      if (isEnd) writer.writeLast(slice, at);
      else writer.writeSlice(slice, at, at === page.next && at >= info.tail);
      if (isEnd) return { at, isEnd };
      markLongLivedAtTail(res, info, at);
      await waitForDrain(res, config.http.consumerTimeout, signal);
    }
    page.release?.();
    if (page.end === undefined) continue;
    writer.writeLast(NOTHING, at);
    return { at, isEnd: true };
  }
  return { at, isEnd: false };
}
