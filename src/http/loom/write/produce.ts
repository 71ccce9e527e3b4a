import { isLogError, LogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { generateLogId, type LogId, parseLogId } from '../../../core/log/log-id';
import { wireGeneration } from '../../../core/log/loss';
import { START } from '../../../core/log/offset';
import type { CreateResult } from '../../../core/store/store';
import { authorize, authorizeAll } from '../../access/authorize';
import { continueIfExpected } from '../../body/continue-if-expected';
import { RequestError } from '../../errors/request-error';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { assertIdentityEncoding } from '../../headers/codings';
import type { ResponseHeaders } from '../../headers/content-headers';
import { assertNoContentRange } from '../../headers/content-range';
import { assertPreconditions, isConditional, requiresAbsence } from '../../headers/preconditions';
import { storedContentType } from '../../headers/stored-content-type';
import { parseAnswerTime } from '../headers/answer-time';
import { entityTag, representationOf } from '../headers/entity-tag';
import { parseMetadataHeader } from '../headers/metadata-header';
import { producerKey } from '../headers/producer-key';
import { headerId, locationOf, pageLinkOf } from '../headers/stream-id';
import { parseUploadHeaders, type UploadHeaders, uploadLimit } from '../headers/upload-headers';
import { announceUpload, asksForResumption } from './announce-upload';
import { assertBodyFits, assertLengthFits, type BodyEnd, receiveBody } from './receive-body';
import { storeUpload } from './store-upload';
import { finalLengthOf } from './upload-length';

/** `POST /stream`, or `PUT`: a stream with an id made here. */
export async function produceUnnamed(request: WireRequest, wire: WireContext): Promise<void> {
  const { prefix } = authorize(request, 'produce');
  await produce(request, wire, parseLogId(prefix + generateLogId()));
}

/** `POST /stream/:id[?force=true]`, or `PUT`. */
export async function produceNamed(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  // To replace a stream is to delete what it held.
  if (isForced(request)) authorizeAll(request, ['produce', 'delete'], id, 'force=true');
  else authorize(request, 'produce', id);
  await produce(request, wire, id);
}

function isForced({ query }: WireRequest): boolean {
  return query.getAll('force').join() === 'true';
}

async function produce(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  assertNoContentRange(request.req);
  assertIdentityEncoding(request.req);
  const upload = parseUploadHeaders(request.req.headers);
  const answer = parseAnswerTime(request.req.headers);
  assertAtStart(upload);
  const created = await create(request, wire, id, upload);
  const { info } = created;
  const end = completes(upload) ? 'completes' : 'leaves-open';
  const headers = createdHeaders(wire, created, upload, request.path);
  continueIfExpected(request.req, request.res);
  if (answer === 'early') {
    if (!asksForResumption(upload.interop)) return answerEarly(request, wire, { info, end }, headers);
    announceUpload(request.res, upload.interop, headers);
  }
  await storeUpload(request, wire, { info, end }, { status: 201, headers });
}

/** Sends the 201 while the body arrives. A complete response means that nothing was lost: every byte and the end are stored. */
async function answerEarly(
  request: WireRequest,
  wire: WireContext,
  { info, end }: { readonly info: LogInfo; readonly end: BodyEnd },
  headers: ResponseHeaders,
): Promise<void> {
  const { res, record } = request;
  record.isTimed = false;
  sendHead(request, 201, headers);
  res.flushHeaders();
  const after = await receiveBody(wire, request, info, end);
  if (after === undefined) res.destroy();
  else res.end();
}

/** An upload without a single byte is complete: no further request comes for it. */
function completes({ complete = true, length }: UploadHeaders): boolean {
  return complete || length === START;
}

function createdHeaders(
  wire: WireContext,
  { info, replaced }: CreateResult,
  { resumable }: UploadHeaders,
  path: string,
): ResponseHeaders {
  return {
    Location: locationOf(info.id),
    ...(wire.hasPages && { Link: pageLinkOf(info.id, path) }),
    'X-Stream-Id': headerId(info.id),
    'X-Stream-Generation': wireGeneration(info),
    ...(replaced && { 'X-Stream-Replaced': 'true' }),
    ...(resumable && uploadLimit(wire.config)),
  };
}

/** @throws RequestError `HEADER_INVALID` for bytes from the middle of a stream, which would become its beginning */
function assertAtStart({ offset = START }: UploadHeaders): void {
  if (offset === START) return;
  throw new RequestError(
    'HEADER_INVALID',
    `Upload-Offset is ${offset}, but a new stream begins at 0: resume one by PATCH`,
  );
}

async function create(
  request: WireRequest,
  wire: WireContext,
  id: LogId,
  upload: UploadHeaders,
): Promise<CreateResult> {
  const { config, store } = wire;
  const metadata = parseMetadataHeader(request.req.headers['x-stream-metadata'], config.limits.metadataBytes);
  const key = producerKey(request.req.headers);
  assertBodyFits(request.req, 0, config.limits.bytesPerStream);
  const finalLength = finalLengthOf(request.req, upload, START);
  assertLengthFits(finalLength, config.limits.bytesPerStream);
  if (key !== undefined) await assertNotOwn(wire, id, key);
  const init = {
    contentType: storedContentType(request.req.headers['content-type']),
    graceMs: upload.resumable ? config.resumeGrace : config.producerGrace,
    ...(metadata !== undefined && { metadata }),
    ...(request.record.traceparent !== undefined && { traceparent: request.record.traceparent }),
    ...(key !== undefined && { producerKey: key }),
    ...(finalLength !== undefined && { finalLength }),
  };
  try {
    if (isConditional(request.req)) await assertFits(request, wire, id);
    request.principal().rates?.assertMayCreate();
    const how = isForced(request) && !requiresAbsence(request.req) ? 'replace' : 'new';
    const created = await store.create(id, init, how);
    request.audit(created.replaced ? 'stream forced' : 'stream created', created.info);
    return created;
  } catch (error) {
    if (isLogError(error, 'LOG_RETIRED')) throw new RequestError('ID_RETIRED', error.message);
    if (!isLogError(error, 'LOG_EXISTS')) throw error;
    // Another request has created it since the conditions were checked.
    if (isForced(request)) assertPreconditions(request.req, { id });
    throw alreadyExists(id);
  }
}

/** @throws LogError `LOG_EXISTS` where the conditions do not matter; RequestError `PRECONDITION_FAILED` */
async function assertFits(request: WireRequest, { store }: WireContext, id: LogId): Promise<void> {
  const present = await store.info(id);
  if (present !== undefined && !isForced(request)) throw alreadyExists(id);
  assertPreconditions(request.req, present && representationOf(present, entityTag(present)));
}

function alreadyExists(id: LogId): LogError {
  return new LogError(
    'LOG_EXISTS',
    `The stream with ID ${id} already exists. Specify force=true query param to override.`,
  );
}

/** A producer without an answer repeats its POST with the same key, and learns where to resume. `force` must not delete its bytes. */
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
