import type { LogInfo } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import { assertLogIntact } from '../../../core/store/damage';
import type { Page } from '../../../core/store/store';
import { sendEmpty, sendHead } from '../../front/send-head';
import { type ResponseHeaders, sandboxedHeaders } from '../../headers/content-headers';
import { assertPreconditions, isNotModified } from '../../headers/preconditions';
import { streamState } from '../../headers/stream-state';
import { finish } from '../../live/finish';
import { sendPages } from '../../live/send-pages';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { isClosed, positionHeaders } from '../context/shared-headers';
import { JsonArray, jsonArrayLength } from '../json/json-messages';
import { cacheHeaders, etagOf } from './cache-headers';
import { type ReadChunk, selectChunk, toReadChunk } from './chunk';

const EMPTY_ARRAY = Buffer.from('[]');
const NOTHING = Buffer.alloc(0);

/** Sends the bytes from `from` on, up to the size of a chunk. `headers` are further headers of a long poll. */
export async function sendChunk(
  wire: DurableContext,
  request: StreamRequest,
  info: LogInfo,
  from: Offset,
  headers: ResponseHeaders = {},
): Promise<void> {
  const selected = await selectChunk(wire.store, info, from, wire.config.durable.chunkBytes);
  const etag = etagOf(info, selected);
  const all = {
    ...chunkHeaders(info, selected),
    ...headers,
    ...cacheHeaders(request.principal(), info, selected),
    ETag: etag,
  };
  const present = { id: info.id, etag };
  assertPreconditions(request.req, present);
  if (isNotModified(request.req, present)) {
    sendEmpty(request, 304, all);
    return;
  }
  await sendBytes(wire, request, info, selected, all);
}

/** `offset=now`: no bytes, only the offset of the next ones (PROTOCOL.md, 8). */
export function sendEmptyAtTail(wire: DurableContext, request: StreamRequest, info: LogInfo): void {
  sendBody(wire, request, emptyBody(info), {
    ...chunkHeaders(info, toReadChunk(info, info.tail, info.tail)),
    'Cache-Control': 'no-store',
  });
}

export function sendBody(
  wire: DurableContext,
  request: StreamRequest,
  body: Buffer,
  headers: ResponseHeaders,
): void {
  sendHead(request, 200, { ...headers, 'Content-Length': body.length });
  finish(request.res, wire.config.http.consumerTimeout, body);
}

export function chunkHeaders(info: LogInfo, { to, isUpToDate, isEnd }: ReadChunk): ResponseHeaders {
  return {
    ...sandboxedHeaders(info.contentType),
    ...positionHeaders(info, to, isEnd),
    ...(isUpToDate && { 'Stream-Up-To-Date': 'true' }),
    ...(isClosed(info) && { 'X-Stream-State': streamState(info) }),
  };
}

function emptyBody({ framing }: LogInfo): Buffer {
  return framing === 'json' ? EMPTY_ARRAY : NOTHING;
}

async function sendBytes(
  wire: DurableContext,
  request: StreamRequest,
  info: LogInfo,
  { from, to }: ReadChunk,
  headers: ResponseHeaders,
): Promise<void> {
  const { res } = request;
  // A closed stream without bytes may have lost all of them.
  if (info.tail === START && isClosed(info)) await assertLogIntact(wire.store, info);
  if (from === to) return sendBody(wire, request, emptyBody(info), headers);
  const isJson = info.framing === 'json';
  const length = isJson ? jsonArrayLength(to - from) : to - from;
  await sendPages(wire, res, info, {
    from,
    until: to,
    writeHead: () => sendHead(request, 200, { ...headers, 'Content-Length': length }),
    contentOf: isJson ? inArray(to) : undefined,
  });
  finish(res, wire.config.http.consumerTimeout);
}

/** @returns what to send of each page */
function inArray(to: Offset): (page: Page) => readonly Buffer[] {
  const array = new JsonArray();
  return ({ chunks, next }) => [array.next(chunks, next === to)];
}
