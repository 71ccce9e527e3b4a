import { types } from 'node:util';

/** Every way in which an operation on logs can fail. Wires map the codes to their own answers, exhaustively. */
export const LOG_ERRORS = {
  LOG_ID_INVALID: 'that is no valid stream id',
  LOG_NOT_FOUND: 'no such log',
  LOG_EXISTS: 'a log with this id already exists',
  LOG_GONE: 'this generation of the log was replaced or removed',
  LOG_SEALED: 'the log is sealed and takes no more data',
  LOG_GAP: 'the bytes begin beyond the tail of the log',
  LOG_FENCED: 'another producer has taken the log over',
  LOG_TOO_LARGE: 'the log has reached the size limit',
  LOGS_TOO_MANY: 'the server holds as many logs as it may',
  STORE_FULL: 'the store has no room for more bytes',
  STORE_UNAVAILABLE: 'the store cannot be reached',
  STORE_DAMAGED: 'the store lost bytes that it had acknowledged',
} as const;

export type LogErrorCode = keyof typeof LOG_ERRORS;

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

export function isLogError(error: unknown, code?: LogErrorCode): error is LogError {
  return error instanceof LogError && (code === undefined || error.code === code);
}

export function messageOf(error: unknown): string {
  // Not `instanceof`: an error may come from another realm, as Node's own do in a test runner.
  return types.isNativeError(error) ? error.message : String(error);
}
