import type { LostRange } from './lost-range';

/** The error codes of this client, each with its default message. */
const CLIENT_ERRORS = {
  INVALID: 'the request is invalid',
  UNREACHABLE: 'the server cannot be reached',
  BUSY: 'the server cannot accept the request now',
  OUT_OF_STEP: 'the server expects another offset',
  NOT_FOUND: 'the stream does not exist',
  REFUSED: 'the server refused the request',
  CLOSED: 'the stream is closed',
  REPLACED: 'the stream now belongs to another producer',
  BYTES_LOST: 'the server lost bytes that it had acknowledged',
  SPOOL_FAILED: 'cannot read the spool',
  GAVE_UP: 'the server was unreachable for too long',
  STOPPED: 'the upload was stopped before all bytes were delivered',
} as const;

/** A code of `LoomClientError`. */
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

interface ClientErrorDetails extends ErrorOptions {
  /** The HTTP status of the answer, if there was one. */
  readonly status?: number;
  /** The `code` of the answer, as `docs/errors.md` lists them. */
  readonly answerCode?: string;
  /** The answer's Retry-After, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The bytes that the server has lost, if it reports them. */
  readonly lost?: LostRange;
  /** The current generation of the stream, if the answer has it. */
  readonly generation?: string;
}

/** Every error of this client. Its `code` decides whether a retry can help. */
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

/** Whether the same request may succeed later. */
export function isRetryable(error: unknown): error is LoomClientError {
  return (
    isClientError(error, 'UNREACHABLE') || isClientError(error, 'BUSY') || isClientError(error, 'OUT_OF_STEP')
  );
}
