import type { LostRange } from './lost-range';

/** Every way in which a request of this client can fail. */
export const CLIENT_ERRORS = {
  INVALID: 'that cannot be sent',
  UNREACHABLE: 'the server cannot be reached',
  BUSY: 'the server cannot take the request right now',
  OUT_OF_STEP: 'the server is at another offset',
  NOT_FOUND: 'no such stream',
  REFUSED: 'the server refused the request',
  CLOSED: 'the stream is closed and takes no more data',
  REPLACED: 'the stream belongs to another producer now',
  BYTES_LOST: 'the server lost bytes that it had acknowledged',
  SPOOL_FAILED: 'what waits for the server cannot be read back',
  GAVE_UP: 'the server was away for too long',
  STOPPED: 'the upload was stopped before all was delivered',
} as const;

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

export interface ClientErrorDetails extends ErrorOptions {
  /** The status of the answer, when there was one. */
  readonly status?: number;
  /** The `code` of the answer, as the server's `docs/errors.md` lists them. */
  readonly answerCode?: string;
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Which bytes the server has lost, where it says so. */
  readonly lost?: LostRange;
  /** The present generation of the stream, where the answer says so. */
  readonly generation?: string;
}

export class LoomClientError extends Error {
  readonly status: number | undefined;
  readonly answerCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly lost: LostRange | undefined;
  readonly generation: string | undefined;

  constructor(
    readonly code: ClientErrorCode,
    message: string = CLIENT_ERRORS[code],
    { status, answerCode, retryAfterMs, lost, generation, ...options }: ClientErrorDetails = {},
  ) {
    super(message, options);
    this.name = 'LoomClientError';
    this.status = status;
    this.answerCode = answerCode;
    this.retryAfterMs = retryAfterMs;
    this.lost = lost;
    this.generation = generation;
  }
}

export function isClientError(error: unknown, code?: ClientErrorCode): error is LoomClientError {
  return error instanceof LoomClientError && (code === undefined || error.code === code);
}

/** Whether the same request may well succeed a moment later. */
export function isRetryable(error: unknown): error is LoomClientError {
  return (
    isClientError(error, 'UNREACHABLE') || isClientError(error, 'BUSY') || isClientError(error, 'OUT_OF_STEP')
  );
}
