import type { ServerResponse } from 'node:http';
import { concatChunks } from '../../../core/bytes/concat-chunks';
import { readToTail } from '../../../core/follow/follow';
import { LossWatch } from '../../../core/follow/loss-watch';
import { isLogError } from '../../../core/log/errors';
import { isRemoval, type LogInfo } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { sliceChunks, waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import { assertRangeIntact } from '../../../core/store/damage';
import { sandboxedHeaders } from '../../headers/content-headers';
import { ChunkedBody } from '../../live/chunked-body';
import { detach } from '../../live/detach';
import { cutUnlessTaken } from '../../live/finish';
import { lastsFrom } from '../../live/long-lived';
import { keepAlive } from '../../live/touch-log';
import { drained } from '../../live/wait-for-drain';
import type { Durable, StreamRequest } from '../context/durable-context';
import { isClosed } from '../context/responder';
import { isText } from '../headers/media-type';
import { encodingOf } from './event-frames';
import { EventWriter } from './event-writer';
import { type AtTail, standAtTail } from './forward-live';
import { byteBefore } from './preceding-byte';

/** More than that in a consumer's socket, and it reads from the store instead of being told. */
const BEHIND_BYTES = 128 * 1024;

const NOTHING = Buffer.alloc(0);

/** `live=sse` (PROTOCOL.md, 5.8). The response ends after a while, so that clients spread over the nodes there are by then. */
export async function sendEvents(
  wire: Durable,
  request: StreamRequest,
  info: LogInfo,
  from: Offset,
): Promise<void> {
  if (from < info.tail || isClosed(info)) await assertRangeIntact(wire.store, info, from, info.tail);
  const encoding = encodingOf(info.framing, isText(info.contentType));
  wire.answer.head(request, 200, {
    ...sandboxedHeaders('text/event-stream'),
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    ...(encoding === 'base64' && { 'Stream-SSE-Data-Encoding': 'base64' }),
  });
  const cursor = request.query.get('cursor') ?? undefined;
  const body = new ChunkedBody(request.res);
  body.begin();
  const writer = new EventWriter(body, info, { encoding, cursor, from });
  lastsFrom(request.res, info, from);
  detach(request.res, wire.logger, sendLive(wire, request.res, info, { from, writer }));
}

interface Reader {
  readonly from: Offset;
  readonly writer: EventWriter;
}

async function sendLive(wire: Durable, res: ServerResponse, info: LogInfo, reader: Reader): Promise<void> {
  const { live, durable } = wire.config;
  const over = new AbortController();
  const end = (): void => over.abort();
  const signal = wire.consumers.signalOf(res);
  // Aborted at once where the server stops already.
  if (signal.aborted) end();
  else signal.addEventListener('abort', end);
  const lifetime = setTimeout(end, durable.eventsLifetime);
  const heartbeat = setInterval(() => {
    if (!res.writableNeedDrain) reader.writer.heartbeat();
  }, live.heartbeat);
  keepAlive(wire.store, info, signal);
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
  cutUnlessTaken(res, wire.config.http.consumerTimeout);
}

/** Alternates between reading from the store and standing at the tail. */
async function untilEnd(
  wire: Durable,
  res: ServerResponse,
  info: LogInfo,
  { from, writer }: Reader,
  signal: AbortSignal,
): Promise<void> {
  for (let at = from; ; ) {
    const watch = new LossWatch(wire.store, info, at);
    let live: Promise<AtTail>;
    try {
      const stored = await sendStored(wire, res, info, { from: at, writer }, watch, signal);
      if (stored.isEnd) return;
      watch.assertNone();
      writer.upToDate();
      live = standAtTail(wire.store, info, stored.at, signal, (chunks, next) => {
        if (!writer.shared(chunks, next)) return 'left';
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
      if (writer.needsByteBefore(bytes))
        writer.follows(await byteBefore(wire.store, info, advance(at, -bytes.length)));
      writer.last(bytes, at);
      return;
    }
    await drained(res, wire.config.http.consumerTimeout, signal);
  }
}

/** Sends what the store has, up to the tail. */
async function sendStored(
  { store, config }: Durable,
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
      if (writer.needsByteBefore(slice)) writer.follows(await byteBefore(store, info, at));
      at = advance(at, slice.length);
      const isEnd = at === page.next && page.end !== undefined;
      if (isEnd) writer.last(slice, at);
      else writer.slice(slice, at, at === page.next && at >= info.tail);
      if (isEnd) return { at, isEnd };
      lastsFrom(res, info, at);
      await drained(res, config.http.consumerTimeout, signal);
    }
    page.release?.();
    if (page.end === undefined) continue;
    writer.last(NOTHING, at);
    return { at, isEnd: true };
  }
  return { at, isEnd: false };
}
