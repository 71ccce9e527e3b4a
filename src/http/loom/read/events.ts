import type { ServerResponse } from 'node:http';
import { LineSplitter, type LineText } from '../../../core/bytes/line-splitter';
import { follow } from '../../../core/follow/follow';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import type { LostBytes } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import { sliceChunks, waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import { assertRangeIntact, DamageError, LostTailError } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { assertPreconditions } from '../../headers/preconditions';
import { closedState } from '../../headers/stream-state';
import { detach } from '../../live/detach';
import { finish } from '../../live/finish';
import { markLongLivedAtTail } from '../../live/long-lived';
import { encodeEvent, HEARTBEAT, RETRY, type ServerSentEvent } from '../../live/sse';
import { waitForDrain } from '../../live/wait-for-drain';
import { eventIdSuffix, type Resumption, resumeAfter } from '../headers/last-event-id';
import { requestedOffset } from '../headers/requested-offset';

/**
 * Sends a stream as Server-Sent Events: whole lines, as many in an event as came together, with the byte offset after them and the
 * generation as their id. What a line has so far is sent as `partial` when its end is long in coming. A last event `end` carries the state.
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
    // It has had the end already: only this status keeps an EventSource from coming back for ever.
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
  detach(res, wire.logger, sendLive(res, wire, info, start));
}

async function sendLive(
  res: ServerResponse,
  wire: WireContext,
  info: LogInfo,
  { from, reset }: Resumption,
): Promise<void> {
  const { live, http } = wire.config;
  const signal = wire.consumers.signalOf(res);
  const writer = new EventWriter(res, from, eventIdSuffix(info), live.partialAfter);
  if (reset !== undefined) writer.reset(reset);
  const heartbeat = setInterval(() => writer.heartbeat(), live.heartbeat);
  try {
    for await (const { chunks, next, end } of follow(wire.store, info, from, signal, info.tail)) {
      for (const slice of sliceChunks(chunks)) {
        await waitForTurn(slice.length);
        writer.bytes(slice);
        await waitForDrain(res, http.consumerTimeout, signal);
      }
      markLongLivedAtTail(res, info, next);
      if (end !== undefined) writer.end(next, end);
    }
    finish(res, http.consumerTimeout);
  } catch (error) {
    // Where the log goes on without the lost bytes the reader has to come back: its answer begins with a reset then.
    if (!(error instanceof DamageError) || error instanceof LostTailError) throw error;
    writer.damaged(error.lost);
    finish(res, http.consumerTimeout);
  } finally {
    clearInterval(heartbeat);
    writer.stop();
  }
}

const CR = 0x0d;

class EventWriter {
  readonly #lines: LineSplitter;
  #isFirst = true;
  #partialTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly res: ServerResponse,
    private readonly from: Offset,
    private readonly idSuffix: string,
    private readonly partialAfterMs: number,
  ) {
    this.#lines = new LineSplitter(from);
    // A client waits for the head, and the first event may be long in coming.
    res.flushHeaders();
  }

  /** The reader must discard what it has. The id of this event takes the place of the one that it came with. */
  reset(data: string): void {
    this.#send({ event: 'reset', id: this.#idOf(this.from), data });
  }

  bytes(slice: Buffer): void {
    for (const text of this.#lines.push(slice)) this.#write(text);
    if (this.#lines.isUnfinished)
      this.#partialTimer ??= setTimeout(() => this.#writePartial(), this.partialAfterMs);
    else this.stop();
  }

  heartbeat(): void {
    if (!this.res.writableNeedDrain) this.res.write(HEARTBEAT);
  }

  end(at: Offset, outcome: LogOutcome): void {
    this.#write(this.#lines.flush());
    this.#send({ event: 'end', id: this.#idOf(at), data: closedState(outcome) });
  }

  /** The end of what there is to send. A client that comes back is answered with an error. */
  damaged({ from, to }: LostBytes): void {
    this.#write(this.#lines.flush());
    this.#send({ event: 'end', id: this.#idOf(from), data: `damaged; lost=${from}-${to}` });
  }

  stop(): void {
    clearTimeout(this.#partialTimer);
    this.#partialTimer = undefined;
  }

  #writePartial(): void {
    this.#partialTimer = undefined;
    this.#write(this.#lines.takePartial());
  }

  #write(text: LineText | undefined): void {
    if (text === undefined) return;
    const { kind, bytes, end } = text;
    const event = kind === 'lines' ? { data: withoutLastReturn(bytes) } : { event: 'partial', data: bytes };
    this.#send({ ...event, id: this.#idOf(end) });
  }

  #send(event: ServerSentEvent): void {
    this.res.write(encodeEvent(event, this.#isFirst ? RETRY : ''));
    this.#isFirst = false;
  }

  #idOf(offset: Offset): string {
    return offset + this.idSuffix;
  }
}

/** Of a line that ends in CRLF the CR is part of the end: as data it would read as one more, empty line. */
function withoutLastReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
}
