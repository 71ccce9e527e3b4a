import type { IncomingMessage } from 'node:http';
import { sizeOf } from '../../../core/bytes/size-of';
import type { CommitResult } from '../../../core/log/log';
import type { Loss } from '../../../core/log/loss';
import { authorize } from '../../access/authorize';
import { RequestError } from '../../errors/request-error';
import { requireLog } from '../../errors/require-log';
import { sendEmpty } from '../../front/send-head';
import { assertIdentityEncoding } from '../../headers/codings';
import type { ResponseHeaders } from '../../headers/content-headers';
import { isConditional } from '../../headers/preconditions';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { positionHeaders } from '../context/shared-headers';
import type { CachedStream } from '../context/stream-cache';
import { type AppendHead, parseAppendHead } from '../headers/append-head';
import { assertSingleValued } from '../headers/single-valued';
import { splitJsonMessages } from '../json/json-messages';
import { assertStreamPreconditions } from '../read/stream-preconditions';
import { appendPiecewise } from './append-piecewise';
import { close, commitFieldsOf } from './close';
import { assertSameContentType, commit } from './commit';

/** `POST`: appends, closes, or both in one step (PROTOCOL.md, 5.2 and 5.3). */
export async function append(wire: DurableContext, request: StreamRequest): Promise<void> {
  const { id, req } = request;
  authorize(request, 'produce', id);
  assertSingleValued(req);
  assertIdentityEncoding(req);
  const head = parseAppendHead(req.headers);
  if (isConditional(req)) await assertStreamPreconditions(wire, request, await requireLog(wire.store, id));
  // A stream that does not exist is refused before the body is read.
  if (comesInPieces(req, head)) {
    return appendPiecewise(wire, request, head, await wire.streams.reload(id));
  }
  await wire.streams.withStream(id, (known) => assertExpected(wire, known, request, head));
  await wire.bodies.withBody(request, async (body) => {
    const { committed, losses } = await wire.streams.withStream(id, async (known) => ({
      committed: await appendWhole(wire, known, head, body),
      losses: known.losses,
    }));
    // A close alone has no content to confirm (the conformance suite wants a 204).
    const status =
      head.producer === undefined || committed.how === 'duplicate' || sizeOf(body) === 0 ? 204 : 200;
    sendEmpty(request, status, confirmation(committed, losses));
  });
}

/** A body of another type is refused before it is sent. A request without a body may be a close, which needs no type. */
async function assertExpected(
  wire: DurableContext,
  stream: CachedStream,
  { req }: StreamRequest,
  head: AppendHead,
): Promise<void> {
  if (Number(req.headers['content-length'] ?? 0) > 0) await assertSameContentType(wire, stream, head);
}

/** Whether pieces are stored as they come, for readers: of a body without a length, unless one step has to store all of it. */
function comesInPieces(req: IncomingMessage, { producer, type }: AppendHead): boolean {
  return (
    req.headers['transfer-encoding'] !== undefined && producer === undefined && type !== 'application/json'
  );
}

async function appendWhole(
  wire: DurableContext,
  stream: CachedStream,
  head: AppendHead,
  body: readonly Buffer[],
): Promise<CommitResult> {
  if (sizeOf(body) === 0) return close(wire, stream, head);
  if (head.type !== stream.type) await assertSameContentType(wire, stream, head);
  return commit(wire, stream, { chunks: await content(stream, body), ...commitFieldsOf(head) });
}

async function content({ framing }: CachedStream, body: readonly Buffer[]): Promise<readonly Buffer[]> {
  if (framing !== 'json') return body;
  const texts = await splitJsonMessages(body);
  if (texts.length === 0)
    throw new RequestError('BODY_INVALID', 'There is nothing to append: the array is empty');
  return texts;
}

function confirmation({ tail, isSealed, producer }: CommitResult, losses: readonly Loss[]): ResponseHeaders {
  const at = positionHeaders({ losses }, tail, isSealed);
  if (producer === undefined) return at;
  return {
    ...at,
    'Producer-Epoch': String(producer.epoch),
    'Producer-Seq': String(producer.sequence),
  };
}
