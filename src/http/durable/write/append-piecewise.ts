import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { PendingBytes } from '../../../core/ingest/pending-bytes';
import type { CommitResult } from '../../../core/log/log';
import { onAbort } from '../../../core/scheduling/abortable';
import { Latch } from '../../../core/scheduling/latch';
import { continueIfExpected } from '../../body/continue-if-expected';
import { sendEmpty } from '../../front/send-head';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { positionHeaders } from '../context/shared-headers';
import type { CachedStream } from '../context/stream-cache';
import type { AppendHead } from '../headers/append-head';
import { close } from './close';
import { assertSameContentType, COMPLETE, commit } from './commit';

/** Appends a body while it arrives, each piece as a step. Waiting for the store slows the writer down. Stored bytes stay. */
export async function appendPiecewise(
  wire: DurableContext,
  request: StreamRequest,
  head: AppendHead,
  stream: CachedStream,
): Promise<void> {
  const { req, res, record } = request;
  record.isTimed = false;
  // A close alone needs no type. Whether it is one is known at the first piece.
  if (!head.closes) await assertSameContentType(wire, stream, head);
  continueIfExpected(req, res);
  const removeAbort = onAbort(wire.stopping, () => req.destroy());
  try {
    const last = await storePieces(wire, request, head, stream);
    sendEmpty(request, 204, positionHeaders(stream, last.tail, last.isSealed));
  } catch (error) {
    request.stopPacing();
    // The connection is gone, and with it the reader of an answer.
    if (!req.destroyed || req.complete) throw error;
  } finally {
    removeAbort();
  }
}

async function storePieces(
  wire: DurableContext,
  { req, body }: StreamRequest,
  head: AppendHead,
  stream: CachedStream,
): Promise<CommitResult> {
  const { sequence, closes } = head;
  let last: CommitResult | undefined;
  for await (const piece of countedPieces(req, body, wire.pending)) {
    const isFirst = last === undefined;
    if (isFirst) await assertSameContentType(wire, stream, head);
    // The end of the body may have come with this piece, and readers learn of both at once then. Node reports it later in this turn.
    if (closes) await setImmediate();
    const isLast = body.complete && body.readableLength === 0;
    last = await commit(wire, stream, {
      chunks: [piece],
      ...(isFirst && sequence !== undefined && { sequence }),
      ...(isLast && closes && { seal: COMPLETE }),
    });
  }
  if (last === undefined) return close(wire, stream, head);
  return closes && !last.isSealed ? commit(wire, stream, { chunks: [], seal: COMPLETE }) : last;
}

/** The pieces of a body. Each counts as waiting until the next one is asked for. A failure does not destroy the request. */
async function* countedPieces(
  req: IncomingMessage,
  body: StreamRequest['body'],
  pending: PendingBytes,
): AsyncGenerator<Buffer, void> {
  const mayRead = new Latch();
  mayRead.set();
  const share = pending.share({ pause: () => mayRead.clear(), resume: mayRead.set });
  req.once('close', mayRead.set);
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      share.add(piece.length);
      yield piece;
      share.remove(piece.length);
      await mayRead.wait();
    }
  } finally {
    share.end();
  }
}
