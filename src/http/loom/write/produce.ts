import type { RouterContext } from '@koa/router';
import { isLogError, LogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { generateLogId, type LogId, parseLogId } from '../../../core/log/log-id';
import { wireGeneration } from '../../../core/log/loss';
import { START } from '../../../core/log/offset';
import type { CreateResult } from '../../../core/store/store';
import { continueIfExpected } from '../../body/continue-if-expected';
import { RequestError } from '../../errors/request-error';
import { authorize, authorizeAll } from '../../front/access';
import type { WireContext } from '../../front/protocol';
import { assertIdentityEncoding } from '../../headers/codings';
import type { ResponseHeaders } from '../../headers/content-headers';
import { assertNoContentRange } from '../../headers/content-range';
import { assertPreconditions, isConditional, requiresAbsence } from '../../headers/preconditions';
import { storedContentType } from '../../headers/stored-content-type';
import { sendHead } from '../../live/send-head';
import { entityTag } from '../headers/entity-tag';
import { parseMetadataHeader } from '../headers/metadata-header';
import { producerKey } from '../headers/producer-key';
import { streamId } from '../headers/stream-id';
import { headerId, locationOf } from '../headers/stream-id-header';
import { parseUploadHeaders, type UploadHeaders, uploadLimit } from '../headers/upload-headers';
import { announceUpload, asksForResumption } from './announce-upload';
import { assertBodyFits, assertLengthFits, type BodyEnd, receiveBody } from './receive-body';
import { storeUpload } from './store-upload';
import { finalLengthOf } from './upload-length';

/** `POST /stream`, or `PUT`: a stream with an id made here. */
export async function produceUnnamed(ctx: RouterContext, wire: WireContext): Promise<void> {
  const { prefix } = authorize(ctx, 'produce');
  await produce(ctx, wire, parseLogId(prefix + generateLogId()));
}

/** `POST /stream/:id[?force=true]`, or `PUT`. */
export async function produceNamed(ctx: RouterContext, wire: WireContext): Promise<void> {
  const id = streamId(ctx);
  // To replace a stream is to delete what it held.
  if (isForced(ctx)) authorizeAll(ctx, ['produce', 'delete'], id, 'force=true');
  else authorize(ctx, 'produce', id);
  await produce(ctx, wire, id);
}

function isForced(ctx: RouterContext): boolean {
  return ctx.query['force'] === 'true';
}

async function produce(ctx: RouterContext, wire: WireContext, id: LogId): Promise<void> {
  assertNoContentRange(ctx.req);
  assertIdentityEncoding(ctx.req);
  const upload = parseUploadHeaders(ctx.req.headers);
  assertAtStart(upload);
  const created = await create(ctx, wire, id, upload);
  const { info } = created;
  const end = completes(upload) ? 'completes' : 'leaves-open';
  const headers = createdHeaders(wire, created, upload);
  continueIfExpected(ctx.req, ctx.res);
  if (!asksForResumption(upload.interop)) return answerEarly(ctx, wire, { info, end }, headers);
  announceUpload(ctx.res, upload.interop, headers);
  await storeUpload(ctx, wire, { info, end }, { status: 201, headers });
}

/**
 * The 201 leaves as soon as the stream exists, while the body still arrives, and the response ends only when every byte is
 * committed and the end is recorded: a complete response means that nothing was lost.
 */
async function answerEarly(
  ctx: RouterContext,
  wire: WireContext,
  { info, end }: { readonly info: LogInfo; readonly end: BodyEnd },
  headers: ResponseHeaders,
): Promise<void> {
  const { res } = ctx;
  sendHead(ctx, 201, headers);
  res.flushHeaders();
  const after = await receiveBody(wire, ctx, info, end);
  if (after === undefined) res.destroy();
  else res.end();
}

/** Of an upload without a single byte no further request comes that could complete it. */
function completes({ complete = true, length }: UploadHeaders): boolean {
  return complete || length === START;
}

function createdHeaders(
  wire: WireContext,
  { info, replaced }: CreateResult,
  { resumable }: UploadHeaders,
): ResponseHeaders {
  return {
    Location: locationOf(info.id),
    'X-Stream-Id': headerId(info.id),
    'X-Stream-Generation': wireGeneration(info),
    ...(replaced && { 'X-Stream-Replaced': 'true' }),
    ...(resumable && uploadLimit(wire.config)),
  };
}

/** @throws RequestError `HEADER_INVALID` for what belongs to the middle of a stream, which would become its beginning */
function assertAtStart({ offset = START }: UploadHeaders): void {
  if (offset === START) return;
  throw new RequestError(
    'HEADER_INVALID',
    `Upload-Offset is ${offset}, but a new stream begins at 0: resume one by PATCH`,
  );
}

async function create(
  ctx: RouterContext,
  wire: WireContext,
  id: LogId,
  upload: UploadHeaders,
): Promise<CreateResult> {
  const { config, store } = wire;
  const metadata = parseMetadataHeader(ctx.req.headers['x-stream-metadata'], config.limits.metadataBytes);
  const key = producerKey(ctx.req.headers);
  assertBodyFits(ctx.req, 0, config.limits.bytesPerStream);
  const finalLength = finalLengthOf(ctx.req, upload, START);
  assertLengthFits(finalLength, config.limits.bytesPerStream);
  if (key !== undefined) await assertNotOwn(wire, id, key);
  const init = {
    contentType: storedContentType(ctx.req.headers['content-type']),
    graceMs: upload.resumable ? config.resumeGrace : config.producerGrace,
    ...(metadata !== undefined && { metadata }),
    ...(key !== undefined && { producerKey: key }),
    ...(finalLength !== undefined && { finalLength }),
  };
  try {
    if (isConditional(ctx.req)) await assertFits(ctx, wire, id);
    return await store.create(id, init, isForced(ctx) && !requiresAbsence(ctx.req) ? 'replace' : 'new');
  } catch (error) {
    if (isLogError(error, 'LOG_RETIRED')) throw new RequestError('ID_RETIRED', error.message);
    if (!isLogError(error, 'LOG_EXISTS')) throw error;
    // Another request has created it since the conditions were looked at.
    if (isForced(ctx)) assertPreconditions(ctx.req, { id });
    throw alreadyExists(id);
  }
}

/** @throws LogError `LOG_EXISTS` where the conditions do not matter; RequestError `PRECONDITION_FAILED` */
async function assertFits(ctx: RouterContext, { store }: WireContext, id: LogId): Promise<void> {
  const present = await store.info(id);
  if (present !== undefined && !isForced(ctx)) throw alreadyExists(id);
  assertPreconditions(ctx.req, present && { id, etag: entityTag(present) });
}

function alreadyExists(id: LogId): LogError {
  return new LogError(
    'LOG_EXISTS',
    `The stream with ID ${id} already exists. Specify force=true query param to override.`,
  );
}

/**
 * A producer that never saw the answer to its POST repeats it under the same key. The stream is its own then, and it is told where
 * to go on; `force` must not throw away what it sent already.
 */
async function assertNotOwn({ store }: WireContext, id: LogId, key: string): Promise<void> {
  const info = await store.info(id);
  if (info?.producerKey !== key) return;
  throw new RequestError(
    'ALREADY_CREATED',
    `The stream with ID ${id} was created by this very request: resume it by PATCH`,
    {
      'Idempotency-Key': key,
      'Upload-Offset': String(info.tail),
    },
  );
}
