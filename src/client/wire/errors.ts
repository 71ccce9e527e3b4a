import { memberOf } from './json';
import type { LostRange } from './lost-range';

/** A code of `LoomClientError`. */
export type ClientErrorCode =
  /** The request is invalid. */
  | 'INVALID'
  | 'UNREACHABLE'
  /** The server cannot accept the request now. */
  | 'BUSY'
  /** The server expects another offset. */
  | 'OUT_OF_STEP'
  /** The stream does not exist. */
  | 'NOT_FOUND'
  | 'REFUSED'
  /** The stream is closed. */
  | 'CLOSED'
  /** The stream now belongs to another producer, or its id to another stream. */
  | 'REPLACED'
  /** The server lost bytes that it had acknowledged. */
  | 'BYTES_LOST'
  /** The spool cannot be read. */
  | 'SPOOL_FAILED'
  /** The server was unreachable for longer than `giveUpAfterMs`. */
  | 'GAVE_UP'
  /** The upload was stopped before all bytes were delivered. */
  | 'STOPPED';

interface ClientErrorDetails extends ErrorOptions {
  /** The HTTP status of the answer, if there was one. */
  readonly status?: number | undefined;
  /** The `code` of the answer, as `docs/errors.md` lists them. */
  readonly answerCode?: string | undefined;
  /** The answer's Retry-After, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The bytes that the server has lost, if it reports them. */
  readonly lost?: LostRange | undefined;
  /** The current generation of the stream, if the answer has it. */
  readonly generation?: string | undefined;
}

/** Every error of this client. Its `code` decides whether a retry can help. */
export class LoomClientError extends Error {
  /** The HTTP status of the answer, if there was one. */
  declare readonly status: number | undefined;
  /** The `code` of the answer, as `docs/errors.md` lists them. */
  declare readonly answerCode: string | undefined;
  /** The answer's Retry-After, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;
  /** The bytes that the server has lost, if it reports them. */
  declare readonly lost: LostRange | undefined;
  /** The current generation of the stream, if the answer has it. */
  declare readonly generation: string | undefined;

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    { cause, ...details }: ClientErrorDetails = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'LoomClientError';
    Object.assign(this, details);
  }
}

/** The name decides, since the two forms of this package each have a class. */
export function isClientError(error: unknown, code?: ClientErrorCode): error is LoomClientError {
  return (
    error instanceof Error &&
    error.name === 'LoomClientError' &&
    (code === undefined || memberOf(error, 'code') === code)
  );
}

/** Whether the same request may succeed later. */
export function isRetryable(error: unknown): error is LoomClientError {
  return isClientError(error) && /^(UNREACHABLE|BUSY|OUT_OF_STEP)$/.test(error.code);
}

/** @param lacking what every answer of Loom has */
export function notOfLoom(lacking: string): LoomClientError {
  return new LoomClientError('REFUSED', `the answer is not that of a Loom server: it has no ${lacking}`);
}

/** An offset that was not the server's: what it has is asked for anew. */
export function outOfStep(): LoomClientError {
  return new LoomClientError('OUT_OF_STEP', 'the server expects another offset');
}

/** @param message the server's, if it has one */
export function replaced(
  message = 'the stream now belongs to another producer',
  status?: number,
): LoomClientError {
  return new LoomClientError('REPLACED', message, { status });
}

export function stopped(): LoomClientError {
  return new LoomClientError('STOPPED', 'the upload was stopped before all bytes were delivered');
}
