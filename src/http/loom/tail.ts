import type { RouterContext } from '@koa/router';
import { isLogError } from '../../core/errors';
import { catchUp } from '../../core/follow';
import type { LogRef, Outcome } from '../../core/log';
import type { Offset } from '../../core/offset';
import { RemovalNews } from '../../core/removal';
import type { LogStore } from '../../core/store';
import { ChunkedBody } from '../chunked-body';
import { contentHeaders, LIVE_HEADERS } from '../content-headers';
import { detach } from '../detach';
import { drained } from '../drained';
import type { Wire } from '../protocol';
import { sendHead } from '../send-head';
import { standAtTail } from '../stand-at-tail';
import { closedState } from '../stream-state';
import { servedType } from './content-type';
import type { Delivery } from './delivery';

/**
 * How much may wait in a live consumer's socket before it counts as fallen behind. It is then no longer sent what is new, but
 * reads it from the store once its socket has drained: nothing queues for it here.
 */
const BEHIND_BYTES = 128 * 1024;

/** Sends an open stream from `from` on: what there is, then live bytes as they are committed, then the end with its state. */
export function sendTail(ctx: RouterContext, wire: Wire, { info, from, headers }: Delivery): void {
  const { res } = ctx;
  const all = { ...headers, ...contentHeaders(servedType(info)), ...LIVE_HEADERS };
  if (ctx.method === 'HEAD') {
    sendHead(ctx, 200, all);
    res.end();
    return;
  }
  // HTTP/1.0 has no chunks, and so no trailers.
  const trailer = ctx.req.httpVersionMinor > 0 ? { Trailer: 'X-Stream-State' } : {};
  sendHead(ctx, 200, { ...all, ...trailer });
  const consumer: Consumer = {
    res,
    body: new ChunkedBody(res),
    signal: wire.consumers.signalOf(res),
    stalledMs: wire.config.http.consumerTimeout,
  };
  const log = { id: info.id, generation: info.generation };
  const removal = new RemovalNews(wire.store, log, info.tail);
  detach(res, wire.logger, tail({ store: wire.store, log, removal }, from, consumer));
}

interface Consumer {
  readonly res: RouterContext['res'];
  readonly body: ChunkedBody;
  readonly signal: AbortSignal;
  readonly stalledMs: number;
}

/** The log that a consumer follows. Its removal is listened for from before the first read on. */
interface FollowedLog {
  readonly store: LogStore;
  readonly log: LogRef;
  readonly removal: RemovalNews;
}

/** @throws when the consumer leaves, or the log is gone before it has had all of it */
async function tail(followed: FollowedLog, from: Offset, consumer: Consumer): Promise<void> {
  try {
    const outcome = await untilEnd(followed, from, consumer);
    consumer.body.end({ 'X-Stream-State': closedState(outcome) });
  } finally {
    followed.removal.close();
  }
}

/** Alternates between reading from the store and standing at the tail. */
async function untilEnd(
  { store, log, removal }: FollowedLog,
  from: Offset,
  consumer: Consumer,
): Promise<Outcome> {
  let at = from;
  try {
    for (;;) {
      for await (const page of catchUp(store, log, at, consumer.signal)) {
        consumer.body.write(page.chunks);
        // It has been handed on: if the log is gone when more is asked for, this was had.
        at = page.next;
        await drained(consumer.res, consumer.stalledMs, consumer.signal);
        if (consumer.res.writableLength === 0) page.release?.();
        if (page.end !== undefined) return page.end;
      }
      const live = await standAtTail(store, log, at, consumer.signal, (chunks) => {
        consumer.body.writeShared(chunks);
        return consumer.res.writableLength <= BEHIND_BYTES;
      });
      if (live.outcome !== undefined) return live.outcome;
      at = live.at;
      // Where the store has no more at this moment nothing would be waited for above, and the next bytes would queue behind the rest.
      await drained(consumer.res, consumer.stalledMs, consumer.signal);
    }
  } catch (error) {
    const outcome = isLogError(error, 'LOG_GONE') ? await removal.of(at) : undefined;
    if (outcome === undefined) throw error;
    return outcome;
  }
}
