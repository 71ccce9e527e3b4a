import { types } from 'node:util';

/** Every way in which an operation on logs can fail. Wires map the codes to their own answers, exhaustively. */
const LOG_ERRORS = {
  LOG_ID_INVALID: 'that is no valid stream id',
  LOG_NOT_FOUND: 'no such stream',
  LOG_EXISTS: 'a stream with this id already exists',
  LOG_GONE: 'this generation of the stream was replaced or removed',
  LOG_SEALED: 'the stream is sealed and takes no more data',
  LOG_GAP: 'the bytes begin beyond the tail of the stream',
  LOG_FENCED: 'another producer has taken the stream over',
  LOG_TOO_LARGE: 'the stream has reached the size limit',
  LOG_RETIRED: 'the stream was deleted, and its id stays taken while forks of it live',
  LOG_BUSY: 'a producer is attached to the stream, which takes from nobody else meanwhile',
  PRODUCER_STALE: 'a later epoch of this producer has written',
  PRODUCER_GAP: 'a request of this producer is missing before this one',
  PRODUCER_EPOCH_SKIPPED: 'a new epoch of a producer begins with the sequence 0',
  PRODUCERS_TOO_MANY: 'the stream keeps the state of as many producers as it may',
  SEQUENCE_REGRESSED: 'sequence conflict: the sequence is not greater than the last one',
  LOGS_TOO_MANY: 'the server holds as many streams as it may',
  STORE_FULL: 'the store has no room for more bytes',
  STORE_UNAVAILABLE: 'the store cannot be reached',
  BYTES_LOST: 'the store lost bytes of the stream that it had acknowledged',
  STORE_DAMAGED: 'the store lost bytes that it had acknowledged',
} as const;

/** The name of an error of a log or of its store. */
export type LogErrorCode = keyof typeof LOG_ERRORS;

export function isLogErrorCode(text: string): text is LogErrorCode {
  return Object.hasOwn(LOG_ERRORS, text);
}

/** An expected failure of a log or of its store, with a stable code. */
export class LogError extends Error {
  constructor(
    readonly code: LogErrorCode,
    message: string = LOG_ERRORS[code],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'LogError';
  }
}

/** A producer's request does not fit its state. */
export class ProducerError extends LogError {
  constructor(
    override readonly code: 'PRODUCER_STALE' | 'PRODUCER_GAP' | 'PRODUCER_EPOCH_SKIPPED',
    /** What the log has stored of this producer; `sequence` is -1 where it has nothing. */
    readonly stored: { readonly epoch: number; readonly sequence: number },
  ) {
    super(code);
    this.name = 'ProducerError';
  }
}

/** The log is gone without having been removed. */
export class LostLogError extends LogError {
  constructor() {
    super('LOG_GONE', 'The server has lost this stream');
  }
}

export function isLogError(error: unknown, code?: LogErrorCode): error is LogError {
  return error instanceof LogError && (code === undefined || error.code === code);
}

/** What `work` returns; if it throws the error with this code, what `handle` returns. */
export function catchLogError<T, H>(
  code: LogErrorCode,
  work: () => T,
  handle: (error: LogError) => H,
): T | H {
  try {
    return work();
  } catch (error) {
    if (isLogError(error, code)) return handle(error);
    throw error;
  }
}

/** The same for a promise. */
export async function catchLogErrorAsync<T, H>(
  code: LogErrorCode,
  work: () => Promise<T>,
  handle: (error: LogError) => H,
): Promise<T | H> {
  try {
    return await work();
  } catch (error) {
    if (isLogError(error, code)) return handle(error);
    throw error;
  }
}

/** The code of a failed system call, of Node or of a driver; `undefined` where there is none. */
export function errorCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  // Not `instanceof`: an error may come from another realm, as Node's own do in a test runner.
  return types.isNativeError(error) ? error.message : String(error);
}
