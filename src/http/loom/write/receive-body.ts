import type { IncomingMessage } from 'node:http';
import { type IngestResult, ingest } from '../../../core/ingest/ingest';
import { isLogError, messageOf } from '../../../core/log/errors';
import { type LogInfo, writerOf } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { Change } from '../../../core/store/change';
import { RequestError } from '../../errors/request-error';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { persistWithRetry } from './persist-with-retry';
import { lengthMismatch } from './upload-length';

/** Whether the end of the body is the end of the stream. */
export type BodyEnd = 'completes' | 'leaves-open';

/** Where a body ends at the latest. */
export interface BodyBound {
  readonly at: Offset;
  /** What is wrong if it goes on. */
  readonly error: () => RequestError;
}

/**
 * Appends a producer's body and records its end: the log is sealed or released, or interrupted when the body breaks off.
 * @param info right after the attach: its tail is the body's offset @param bound without it, the body ends with the log @returns the facts, or `undefined` if the connection is gone
 */
export function receiveBody(
  wire: WireContext,
  request: WireRequest,
  info: LogInfo,
  end: BodyEnd,
  bound = boundOf(info),
): Promise<LogInfo | undefined> {
  const writer = writerOf(info);
  const { epoch } = writer;
  const record = (change: Change): Promise<LogInfo> =>
    persistWithRetry(() => wire.store.change(writer.log, change), wire.stopping);

  return wire.producers.track(
    writer,
    () => request.req.destroy(),
    async (connection) => {
      let ingested: IngestResult;
      try {
        ingested = await ingestWithin(wire, request, { info, bound });
      } catch (error) {
        connection.markEnding();
        const recorded = recordFailure(error, epoch, record);
        // The producer does not wait for a store that is away: it gets the error at once, and may try another node.
        if (isLogError(error, 'LOG_TOO_LARGE') || error instanceof RequestError) await recorded;
        else
          connection.continueInBackground(
            recorded.catch((failure) => wire.logger.warn({ err: failure }, 'release failed')),
          );
        throw error;
      }
      connection.markEnding();
      const change = changeAtEnd(ingested, end, info);
      const after = await record(change);
      if (ingested.how === 'cut') return undefined;
      if (end === 'completes' && change.kind === 'release')
        throw lengthMismatch(info.finalLength, after.tail);
      return after;
    },
  );
}

/** A log whose length is known ends there. */
function boundOf({ finalLength }: LogInfo): BodyBound | undefined {
  return finalLength === undefined
    ? undefined
    : { at: finalLength, error: () => lengthMismatch(finalLength) };
}

/** @throws RequestError that of `bound`, when the body goes on beyond it; as `ingest` */
async function ingestWithin(
  wire: WireContext,
  request: WireRequest,
  { info, bound }: { readonly info: LogInfo; readonly bound: BodyBound | undefined },
): Promise<IngestResult> {
  const { pendingBytes, bytesPerStream } = wire.config.limits;
  try {
    return await ingest(wire.store, writerOf(info), request.body, {
      from: info.tail,
      pendingBytesMax: pendingBytes,
      pending: wire.pending,
      logBytesMax: Math.min(bound?.at ?? bytesPerStream, bytesPerStream),
      meter: wire.meter,
    });
  } catch (error) {
    request.stopPacing();
    const isBeyond = isLogError(error, 'LOG_TOO_LARGE') && bound !== undefined && bound.at <= bytesPerStream;
    throw isBeyond ? bound.error() : error;
  }
}

/** If the length is known, the log is complete once it has all bytes, even if the connection broke before the end of the body. */
function changeAtEnd(
  { how, tail }: IngestResult,
  end: BodyEnd,
  { epoch, finalLength }: LogInfo,
): Extract<Change, { kind: 'release' | 'seal' }> {
  const isAll = finalLength === undefined ? how === 'ended' : tail === finalLength;
  if (end === 'completes' && isAll) return { kind: 'seal', epoch, outcome: { kind: 'complete' } };
  const isInOrder = how === 'ended' && end === 'leaves-open';
  return { kind: 'release', epoch, state: isInOrder ? 'open' : 'interrupted' };
}

async function recordFailure(
  error: unknown,
  epoch: number,
  record: (change: Change) => Promise<LogInfo>,
): Promise<void> {
  if (isLogError(error, 'LOG_TOO_LARGE')) {
    await record({ kind: 'seal', epoch, outcome: { kind: 'aborted', reason: messageOf(error) } });
  } else if (!isDetachedError(error)) {
    await record({ kind: 'release', epoch, state: 'interrupted' });
  }
}

/** Whether the log has a new producer, or takes no more bytes: then there is nothing to record. */
export function isDetachedError(error: unknown): boolean {
  return isLogError(error, 'LOG_FENCED') || isLogError(error, 'LOG_GONE') || isLogError(error, 'LOG_SEALED');
}

/** @throws RequestError `BODY_TOO_LARGE` when the announced length alone goes beyond the limit */
export function assertBodyFits(req: IncomingMessage, from: number, bytesMax: number, headers = {}): void {
  assertFitsLimit(from + Number(req.headers['content-length'] ?? 0), bytesMax, headers);
}

/** @param end of the stream with this body @throws RequestError `BODY_TOO_LARGE` */
export function assertFitsLimit(end: number, bytesMax: number, headers = {}): void {
  if (end <= bytesMax) return;
  throw new RequestError(
    'BODY_TOO_LARGE',
    `A stream may hold ${bytesMax} bytes; this body would make it ${end}`,
    headers,
  );
}

/** @throws RequestError `BODY_TOO_LARGE` when an upload is to become larger than a stream may be */
export function assertLengthFits(length: number | undefined, bytesMax: number): void {
  if (length === undefined || length <= bytesMax) return;
  throw new RequestError(
    'BODY_TOO_LARGE',
    `A stream may hold ${bytesMax} bytes; this upload is to have ${length}`,
    {
      'Upload-Limit': `max-size=${bytesMax}`,
    },
  );
}
