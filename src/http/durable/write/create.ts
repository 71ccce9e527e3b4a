import type { IncomingHttpHeaders } from 'node:http';
import { sizeOf } from '../../../core/bytes/size-of';
import { isLogError, LogError } from '../../../core/log/errors';
import type { Expiry, LogInfo, LogInit } from '../../../core/log/log';
import { inheritedLosses } from '../../../core/log/loss';
import { START } from '../../../core/log/offset';
import type { LogStore } from '../../../core/store/store';
import { authorize } from '../../access/authorize';
import { RequestError } from '../../errors/request-error';
import { sendEmpty } from '../../front/send-head';
import { assertIdentityEncoding } from '../../headers/codings';
import { assertNoContentRange } from '../../headers/content-range';
import { declaredContentType, essence, storedContentType } from '../../headers/stored-content-type';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { isClosed, positionHeaders } from '../context/shared-headers';
import { parseClosed } from '../headers/append-head';
import { isSameExpiry, parseExpiry } from '../headers/expiry-headers';
import { framingOf } from '../headers/media-type';
import { assertSingleValued } from '../headers/single-valued';
import { splitJsonMessages } from '../json/json-messages';
import { assertStreamPreconditions } from '../read/stream-preconditions';
import { COMPLETE, countAppend, streamTooLarge } from './commit';
import { type ForkRequest, forkPoint, forkSource, isSameFork, parseFork } from './fork';

/** A stream may come and go meanwhile. Then the store is asked again, but not forever. */
const ATTEMPTS = 3;

interface CreateHead {
  /** Of a fork without one it is the source's. */
  readonly contentType: string | undefined;
  readonly expiry: Expiry | undefined;
  readonly closed: boolean;
  readonly fork: ForkRequest | undefined;
}

/** `PUT`: makes a stream, or confirms that it is there as it should be (PROTOCOL.md, 5.1). */
export async function create(wire: DurableContext, request: StreamRequest): Promise<void> {
  const { id, req } = request;
  authorize(request, 'produce', id);
  assertSingleValued(req);
  assertNoContentRange(req);
  assertIdentityEncoding(req);
  const head = parseHead(req.headers);
  // A fork lets its creator read the source.
  if (head.fork !== undefined) authorize(request, 'consume', head.fork.source);
  await wire.bodies.withBody(request, async (body) => {
    const { info, isNew } = await ensure(wire, request, head, body);
    sendEmpty(request, isNew ? 201 : 200, {
      'Content-Type': info.contentType,
      ...positionHeaders(info, info.tail, isClosed(info)),
      ...(isNew && { Location: urlOf(request) }),
    });
  });
}

/** @throws RequestError `HEADER_INVALID` */
function parseHead(headers: IncomingHttpHeaders): CreateHead {
  const fork = parseFork(headers);
  const type = headers['content-type'];
  return {
    contentType: fork === undefined ? storedContentType(type) : declaredContentType(type),
    expiry: parseExpiry(headers),
    closed: parseClosed(headers),
    fork,
  };
}

async function ensure(
  wire: DurableContext,
  request: StreamRequest,
  head: CreateHead,
  body: readonly Buffer[],
): Promise<{ info: LogInfo; isNew: boolean }> {
  const { store } = wire;
  const { id } = request;
  for (let attempt = 1; ; attempt += 1) {
    const present = await taken(store.info(id));
    const info = present && (await same(store, present, head));
    await assertStreamPreconditions(wire, request, info);
    if (info !== undefined) return { info, isNew: false };
    try {
      const { traceparent } = request.record;
      const init = { ...(await initOf(wire, head, body)), ...(traceparent !== undefined && { traceparent }) };
      request.principal().rates?.assertMayCreate();
      const began = performance.now();
      const { info } = await taken(store.create(id, init, 'new'));
      countAppend(wire, init.first?.chunks ?? [], 'stored', began);
      request.audit('stream created', info);
      return { info, isNew: true };
    } catch (error) {
      const mayPass = isLogError(error, 'LOG_EXISTS') || isLogError(error, 'LOG_GONE');
      if (!mayPass || attempt === ATTEMPTS) throw error;
    }
  }
}

/** @throws RequestError `ID_RETIRED` instead of LogError `LOG_RETIRED`: a name that is taken is no name that is gone */
async function taken<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isLogError(error, 'LOG_RETIRED')) throw error;
    throw new RequestError('ID_RETIRED', error.message);
  }
}

/** @throws LogError `LOG_TOO_LARGE` */
async function initOf(
  { store, config }: DurableContext,
  head: CreateHead,
  body: readonly Buffer[],
): Promise<LogInit> {
  const source = head.fork && (await forkSource(store, head.fork));
  const contentType = head.contentType ?? source?.contentType ?? storedContentType(undefined);
  if (source !== undefined && essence(contentType) !== essence(source.contentType)) {
    throw new RequestError(
      'TYPE_MISMATCH',
      `The stream that is forked has the content type ${source.contentType}`,
    );
  }
  const framing = source === undefined ? framingOf(contentType) : source.framing;
  const expiry = head.expiry ?? source?.expiry;
  const chunks = framing === 'json' && body.length > 0 ? await splitJsonMessages(body) : body;
  const fork = source && head.fork && (await forkPoint(store, source, head.fork));
  if ((fork?.at ?? START) + sizeOf(chunks) > config.limits.bytesPerStream)
    throw streamTooLarge(config.limits);
  return {
    contentType,
    ...(framing && { framing }),
    ...(expiry && { expiry }),
    ...(fork && { fork }),
    ...(fork && source?.losses && { losses: inheritedLosses(source, fork.at) }),
    ...((chunks.length > 0 || head.closed) && { first: { chunks, ...(head.closed && { seal: COMPLETE }) } }),
  };
}

/** @throws LogError `LOG_EXISTS` unless the stream is what the request would have made */
async function same(store: LogStore, info: LogInfo, head: CreateHead): Promise<LogInfo> {
  const isSame =
    (head.contentType === undefined || essence(head.contentType) === essence(info.contentType)) &&
    head.closed === isClosed(info) &&
    // A fork without an expiry has got its source's, which may not be there any more.
    ((head.fork !== undefined && head.expiry === undefined) || isSameExpiry(head.expiry, info.expiry)) &&
    (await isSameFork(store, info, head.fork));
  if (isSame) return info;
  throw new LogError(
    'LOG_EXISTS',
    `The stream with ID ${info.id} exists already, and is another than this request would make`,
  );
}

/** An absolute URL, as the client or the proxy in front of it knows it. */
function urlOf({ serverUrl, path }: StreamRequest): string {
  return serverUrl + path;
}
