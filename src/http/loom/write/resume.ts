import type { IncomingMessage } from 'node:http';
import { type JsonValue, mergePatch } from '../../../core/json/json';
import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Offset } from '../../../core/log/offset';
import { authorize } from '../../access/authorize';
import { continueIfExpected } from '../../body/continue-if-expected';
import { RequestError } from '../../errors/request-error';
import { asGone, requireLog } from '../../errors/require-log';
import { streamIsClosed } from '../../errors/shared-errors';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { assertIdentityEncoding } from '../../headers/codings';
import { assertPreconditions } from '../../headers/preconditions';
import { essence } from '../../headers/stored-content-type';
import { streamState } from '../../headers/stream-state';
import { entityTag, representationOf } from '../headers/entity-tag';
import { assertMetadataFits, parseMetadataHeader } from '../headers/metadata-header';
import { producerKey } from '../headers/producer-key';
import {
  PARTIAL_UPLOAD,
  parseUploadHeaders,
  type UploadHeaders,
  uploadProgress,
} from '../headers/upload-headers';
import { patchesWithoutType } from './announce-upload';
import { releaseLog } from './attached-log';
import { assertBodyFits } from './receive-body';
import { storeUpload } from './store-upload';
import { finalLengthOf } from './upload-length';

/** `PATCH /stream/:id`: takes the stream over at the committed offset. A connection that still feeds it is cut first. */
export async function resume(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  const { req, res } = request;
  authorize(request, 'produce', id);
  assertIdentityEncoding(req);
  const patch = parsePatch(req, wire.config.limits.metadataBytes);
  const before = await requireLog(wire.store, id);
  assertOwn(req, before);
  assertUnframed(before);
  if (before.state === 'closed') throw closed(before);
  // These checks come before another producer is cut.
  assertBodyFits(req, before.tail, wire.config.limits.bytesPerStream, uploadProgress(before));
  assertPreconditions(req, representationOf(before, entityTag(before)));
  const attached = await attach(wire, before);
  let info: LogInfo;
  try {
    info = await accept(req, wire, attached, patch);
  } catch (error) {
    await releaseLog(wire, attached, 'interrupted');
    throw error;
  }
  wire.meters.resumes += 1;
  continueIfExpected(req, res);
  const end = patch.complete ? 'completes' : 'leaves-open';
  await storeUpload(request, wire, { info, end }, { status: 204 });
}

interface PatchRequest extends UploadHeaders {
  readonly offset: Offset;
  readonly complete: boolean;
  /** To be merged into the metadata. */
  readonly metadata: JsonValue | undefined;
}

function parsePatch({ headers }: IncomingMessage, metadataBytesMax: number): PatchRequest {
  const upload = parseUploadHeaders(headers);
  const { offset, complete } = upload;
  if (!patchesWithoutType(upload.interop)) assertType(headers['content-type']);
  if (offset === undefined)
    throw new RequestError('HEADER_INVALID', 'A PATCH needs Upload-Offset: <bytes committed>');
  if (complete === undefined)
    throw new RequestError('HEADER_INVALID', 'A PATCH needs Upload-Complete: ?0 or ?1');
  const metadata = parseMetadataHeader(headers['x-stream-metadata'], metadataBytesMax);
  return { ...upload, offset, complete, metadata };
}

function assertType(contentType = ''): void {
  if (essence(contentType) === PARTIAL_UPLOAD) return;
  throw new RequestError('MEDIA_TYPE_UNSUPPORTED', `A PATCH needs Content-Type: ${PARTIAL_UPLOAD}`, {
    'Accept-Patch': PARTIAL_UPLOAD,
  });
}

/** A producer with a key writes to its own stream only, and never to one that has replaced it. */
function assertOwn({ headers }: IncomingMessage, info: LogInfo): void {
  const key = producerKey(headers);
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

async function attach({ store, config }: WireContext, before: LogInfo): Promise<LogInfo> {
  try {
    return await store.change(before, { kind: 'attach', graceMs: config.resumeGrace });
  } catch (error) {
    if (isLogError(error, 'LOG_SEALED')) throw closed((await store.info(before.id)) ?? before);
    throw asGone(before.id, error);
  }
}

/** Checks that the body begins at the committed end and fits the upload's length, and stores the metadata. @returns the changed log */
async function accept(
  req: IncomingMessage,
  { store, config }: WireContext,
  info: LogInfo,
  request: PatchRequest,
): Promise<LogInfo> {
  const { offset, metadata: patch } = request;
  if (offset !== info.tail) {
    throw new RequestError(
      'OFFSET_MISMATCH',
      `Upload-Offset is ${offset}, but ${info.tail} bytes are committed`,
      uploadProgress(info),
    );
  }
  const finalLength = finalLengthOf(req, request, offset, info.finalLength);
  if (patch !== undefined) assertMetadataFits(mergePatch(info.metadata, patch), config.limits.metadataBytes);
  if (patch === undefined && finalLength === info.finalLength) return info;
  return store.change(info, {
    kind: 'annotate',
    epoch: info.epoch,
    ...(patch !== undefined && { patch }),
    ...(finalLength !== undefined && { finalLength }),
  });
}

function closed(info: LogInfo): RequestError {
  return new RequestError('LOG_SEALED', streamIsClosed(info.id), {
    ...uploadProgress(info),
    'X-Stream-State': streamState(info),
  });
}
