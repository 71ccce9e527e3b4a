import type { ServerResponse } from 'node:http';
import type { RouterContext } from '@koa/router';
import { follow } from '../../core/follow';
import { Lines, type Text } from '../../core/lines';
import type { LogInfo, Outcome } from '../../core/log';
import type { Offset } from '../../core/offset';
import { contentHeaders, type Headers, LIVE_HEADERS } from '../content-headers';
import { detach } from '../detach';
import { drained } from '../drained';
import { finish } from '../finish';
import type { Wire } from '../protocol';
import { sendHead } from '../send-head';
import { encodeEvent, HEARTBEAT, RETRY } from '../sse';
import { closedState } from '../stream-state';
import { eventIdSuffix, type Resumption, resumeAfter } from './last-event-id';
import { requestedOffset } from './requested-offset';

/**
 * Sends a stream as Server-Sent Events: whole lines, as many in an event as came together, with the byte offset after them and the
 * generation as their id. What a line has so far is sent as `partial` when its end is long in coming. A last event `end` carries the state.
 */
export function sendEvents(ctx: RouterContext, wire: Wire, info: LogInfo, headers: Headers): void {
  const seen = ctx.get('Last-Event-ID');
  // A browser that reconnects repeats the query of its first request, which is out of date by then.
  const start = seen === '' ? { from: requestedOffset(ctx, info) } : resumeAfter(seen, info);
  const { res } = ctx;
  if (info.state === 'closed' && seen !== '' && start.reset === undefined && start.from === info.tail) {
    // It has had the end already: only this status keeps an EventSource from coming back for ever.
    sendHead(ctx, 204, headers);
    res.end();
    return;
  }
  sendHead(ctx, 200, { ...headers, ...contentHeaders('text/event-stream; charset=utf-8'), ...LIVE_HEADERS });
  if (ctx.method === 'HEAD') res.end();
  else detach(res, wire.logger, sendLive(res, wire, info, start));
}

async function sendLive(
  res: ServerResponse,
  wire: Wire,
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
      writer.bytes(chunks);
      if (end !== undefined) writer.end(next, end);
      await drained(res, http.consumerTimeout, signal);
    }
    finish(res, http.consumerTimeout);
  } finally {
    clearInterval(heartbeat);
    writer.stop();
  }
}

const NOTHING = Buffer.alloc(0);

class EventWriter {
  readonly #lines: Lines;
  #partialTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly res: ServerResponse,
    private readonly from: Offset,
    private readonly idSuffix: string,
    private readonly partialAfterMs: number,
  ) {
    this.#lines = new Lines(from);
    res.write(RETRY);
  }

  /** The reader must discard what it has. The id of this event takes the place of the one that it came with. */
  reset(data: string): void {
    this.res.write(encodeEvent({ event: 'reset', id: this.#idOf(this.from), data }));
  }

  bytes(chunks: readonly Buffer[]): void {
    if (chunks.length === 0) return;
    const [only = NOTHING] = chunks;
    // Joined, so that lines that came together go out together.
    for (const text of this.#lines.push(chunks.length === 1 ? only : Buffer.concat(chunks)))
      this.#write(text);
    if (this.#lines.isUnfinished)
      this.#partialTimer ??= setTimeout(() => this.#writePartial(), this.partialAfterMs);
    else this.stop();
  }

  heartbeat(): void {
    if (!this.res.writableNeedDrain) this.res.write(HEARTBEAT);
  }

  end(at: Offset, outcome: Outcome): void {
    this.#write(this.#lines.flush());
    this.res.write(encodeEvent({ event: 'end', id: this.#idOf(at), data: closedState(outcome) }));
  }

  stop(): void {
    clearTimeout(this.#partialTimer);
    this.#partialTimer = undefined;
  }

  #writePartial(): void {
    this.#partialTimer = undefined;
    this.#write(this.#lines.partial());
  }

  #write(text: Text | undefined): void {
    if (text === undefined) return;
    const { kind, end } = text;
    // Of a line that ends in CRLF the CR is part of the end: as data it would read as one more, empty line.
    const event =
      kind === 'lines' ? { data: text.text.replace(/\r$/, '') } : { event: 'partial', data: text.text };
    this.res.write(encodeEvent({ ...event, id: this.#idOf(end) }));
  }

  #idOf(offset: Offset): string {
    return offset + this.idSuffix;
  }
}
