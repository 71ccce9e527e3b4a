import { sizeOf } from '../../../core/bytes/size-of';
import { isLogError, LogError, ProducerError } from '../../../core/log/errors';
import type { Commit, CommitResult, LogInfo, ProducerMark, SealOutcome } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { RequestError } from '../../errors/request-error';
import { requireLog } from '../../errors/require-log';
import { streamIsClosed } from '../../errors/shared-errors';
import { essence, storedContentType } from '../../headers/stored-content-type';
import type { DurableContext } from '../context/durable-context';
import { isClosed, positionHeaders } from '../context/shared-headers';
import type { CachedStream } from '../context/stream-cache';
import type { AppendHead } from '../headers/append-head';

export const COMPLETE: SealOutcome = { kind: 'complete' };

/** The stream takes no more; its readers will get to `tail`. */
export class StreamClosedError extends RequestError {
  constructor(
    info: LogInfo,
    readonly tail = info.tail,
  ) {
    super('LOG_SEALED', streamIsClosed(info.id), positionHeaders(info, tail, true));
  }
}

export function streamTooLarge({ bytesPerStream }: DurableContext['config']['limits']): LogError {
  return new LogError(
    'LOG_TOO_LARGE',
    `The stream may hold ${bytesPerStream} bytes, and this would make it larger`,
  );
}

/** Stores a step in a stream. @throws StreamClosed; RequestError with what the protocol has a refusal carry; LogError */
export async function commit(
  wire: DurableContext,
  { log }: CachedStream,
  step: Commit,
): Promise<CommitResult> {
  const { bytesPerStream, producersPerStream } = wire.config.limits;
  const began = performance.now();
  try {
    const result = await wire.store.commit(log, step, {
      logBytesMax: bytesPerStream,
      producersMax: producersPerStream,
    });
    countAppend(wire, step.chunks, result.how, began);
    return result;
  } catch (error) {
    if (isLogError(error, 'LOG_SEALED')) throw await closed(wire, log.id);
    if (isLogError(error, 'LOG_TOO_LARGE')) throw streamTooLarge(wire.config.limits);
    if (isLogError(error, 'PRODUCERS_TOO_MANY')) {
      throw new LogError(
        error.code,
        `The stream remembers ${producersPerStream} producers, as many as it may: use fewer ids`,
      );
    }
    throw error instanceof ProducerError && step.producer ? refused(error, step.producer) : error;
  }
}

/** A close alone is no append, and neither is one that was stored before. */
export function countAppend(
  { meter }: DurableContext,
  chunks: readonly Buffer[],
  how: CommitResult['how'],
  began: number,
): void {
  const bytes = sizeOf(chunks);
  if (bytes > 0 && how === 'stored') meter.acknowledged(bytes, performance.now() - began);
}

/** @throws RequestError when what the request brings does not belong into the stream. That it is closed is said first (5.2). */
export async function assertSameContentType(
  wire: DurableContext,
  { log, type }: CachedStream,
  head: AppendHead,
): Promise<void> {
  if (head.type === type || isKeptAs(head.type, type)) return;
  const info = await requireLog(wire.store, log.id);
  // What is known of it is over: the stream that has its name now may well take this.
  if (info.generation !== log.generation) throw new LogError('LOG_GONE');
  if (isClosed(info)) throw await closed(wire, log.id);
  throw head.type === undefined
    ? new RequestError('HEADER_INVALID', 'What is appended needs a Content-Type')
    : new RequestError('TYPE_MISMATCH', `The stream has the content type ${type}, and takes no ${head.type}`);
}

/** What was no type to keep when the stream was made is none now: the same request may append. */
function isKeptAs(type: string | undefined, streamType: string): boolean {
  return type !== undefined && essence(storedContentType(type)) === streamType;
}

async function closed(wire: DurableContext, id: LogId): Promise<StreamClosedError | LogError> {
  const info = await requireLog(wire.store, id);
  // Closed, removed and made anew in between: the next attempt will find it so.
  if (!isClosed(info)) return new LogError('LOG_GONE');
  return new StreamClosedError(info);
}

function refused({ code, message, stored }: ProducerError, mark: ProducerMark): RequestError | LogError {
  if (code === 'PRODUCER_STALE') {
    return new RequestError(code, message, { 'Producer-Epoch': String(stored.epoch) });
  }
  if (code === 'PRODUCER_EPOCH_SKIPPED') return new LogError(code);
  return new RequestError(code, message, {
    'Producer-Expected-Seq': String(stored.sequence + 1),
    'Producer-Received-Seq': String(mark.sequence),
  });
}
