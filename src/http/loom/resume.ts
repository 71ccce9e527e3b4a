import type { RouterContext } from '@koa/router';
import { isLogError } from '../../core/errors';
import { type Json, mergePatch } from '../../core/json';
import { type LogInfo, writerOf } from '../../core/log';
import type { Offset } from '../../core/offset';
import { authorize } from '../access';
import { continueIfExpected } from '../continue-if-expected';
import { persist } from '../persist';
import type { Wire } from '../protocol';
import { RequestError } from '../request-error';
import { streamState } from '../stream-state';
import { assertMetadataFits, parseMetadata } from './metadata-header';
import { producerKey } from './producer-key';
import { assertRoom, isOver, receive } from './receive';
import { existing, notFound, streamId } from './stream-id';
import { parseUploadHeaders, uploadComplete } from './upload-headers';

const MEDIA_TYPE = 'application/partial-upload';

/**
 * `PATCH /stream/:id`: takes the stream over and goes on at the committed offset. A connection that still feeds it is cut first, and
 * what that one had committed counts.
 */
export async function resume(ctx: RouterContext, wire: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'produce', id);
  const request = parsePatch(ctx, wire.config.limits.metadataBytes);
  const before = await existing(wire.store, id);
  assertOwn(ctx, before);
  assertUnframed(before);
  if (before.state === 'closed') throw closed(before);
  // Before anybody is cut for it. What is said here changes nothing: the producer may still send what fits.
  assertRoom(ctx.req, before.tail, wire.config.limits.bytesPerStream, progress(before));
  const info = await attach(wire, before);
  try {
    await accept(wire, info, request);
  } catch (error) {
    await release(wire, info);
    throw error;
  }
  await finish(ctx, wire, info, request.complete);
}

interface PatchRequest {
  readonly offset: Offset;
  readonly complete: boolean;
  /** To be merged into the metadata. */
  readonly metadata: Json | undefined;
}

function parsePatch(ctx: RouterContext, metadataBytesMax: number): PatchRequest {
  const type = (ctx.get('Content-Type').split(';', 1)[0] ?? '').trim().toLowerCase();
  if (type !== MEDIA_TYPE) {
    throw new RequestError('MEDIA_TYPE_UNSUPPORTED', `A PATCH needs Content-Type: ${MEDIA_TYPE}`);
  }
  const { offset, complete } = parseUploadHeaders(ctx.req.headers);
  if (offset === undefined)
    throw new RequestError('HEADER_INVALID', 'A PATCH needs Upload-Offset: <bytes committed>');
  if (complete === undefined)
    throw new RequestError('HEADER_INVALID', 'A PATCH needs Upload-Complete: ?0 or ?1');
  const metadata = parseMetadata(ctx.req.headers['x-stream-metadata'], metadataBytesMax);
  return { offset, complete, metadata };
}

/** A producer that names its key writes to its own stream only, never to one that has replaced it. */
function assertOwn(ctx: RouterContext, info: LogInfo): void {
  const key = producerKey(ctx.req.headers);
  if (key === undefined || key === info.producerKey) return;
  throw new RequestError(
    'KEY_MISMATCH',
    `The stream with ID ${info.id} is not the one that this producer began`,
  );
}

/** Bytes from anywhere would break the messages of a JSON stream. */
function assertUnframed({ id, framing }: LogInfo): void {
  if (framing === undefined) return;
  throw new RequestError(
    'TYPE_MISMATCH',
    `The stream with ID ${id} takes whole JSON messages only: append them at /v1/stream`,
  );
}

async function attach({ store, config }: Wire, before: LogInfo): Promise<LogInfo> {
  try {
    return await store.change(before, { kind: 'attach', graceMs: config.resumeGrace });
  } catch (error) {
    if (isLogError(error, 'LOG_SEALED')) throw closed((await store.info(before.id)) ?? before);
    if (isLogError(error, 'LOG_GONE')) throw notFound(before.id);
    throw error;
  }
}

/** Nothing is stored unless the body begins where the committed bytes end. */
async function accept({ store, config }: Wire, info: LogInfo, request: PatchRequest): Promise<void> {
  const { offset, metadata: patch } = request;
  if (offset !== info.tail) {
    throw new RequestError(
      'OFFSET_MISMATCH',
      `Upload-Offset is ${offset}, but ${info.tail} bytes are committed`,
      progress(info),
    );
  }
  if (patch === undefined) return;
  assertMetadataFits(mergePatch(info.metadata, patch), config.limits.metadataBytes);
  await store.change(info, { kind: 'annotate', epoch: info.epoch, patch });
}

async function finish(ctx: RouterContext, wire: Wire, info: LogInfo, complete: boolean): Promise<void> {
  continueIfExpected(ctx.req, ctx.res);
  try {
    const after = await receive(wire, ctx, info, complete ? 'completes' : 'leaves-open');
    if (after === undefined) {
      ctx.respond = false;
      ctx.res.destroy();
      return;
    }
    ctx.status = 204;
    ctx.set(progress(after));
    ctx.set('X-Stream-State', streamState(after));
  } catch (error) {
    // The answer says how far it came: what was committed before the failure counts.
    const after = await wire.store.info(info.id).catch(() => undefined);
    if (after?.generation === info.generation) ctx.set(progress(after));
    throw error;
  }
}

async function release({ store, stopping }: Wire, info: LogInfo): Promise<void> {
  const { log, epoch } = writerOf(info);
  try {
    await persist(() => store.change(log, { kind: 'release', epoch, state: 'interrupted' }), stopping);
  } catch (error) {
    if (!isOver(error)) throw error;
  }
}

function closed(info: LogInfo): RequestError {
  return new RequestError('LOG_SEALED', `The stream with ID ${info.id} is closed and takes no more data`, {
    ...progress(info),
    'X-Stream-State': streamState(info),
  });
}

export function progress(info: LogInfo): { 'Upload-Offset': string; 'Upload-Complete': string } {
  return {
    'Upload-Offset': String(info.tail),
    'Upload-Complete': uploadComplete(info.outcome?.kind === 'complete'),
  };
}
