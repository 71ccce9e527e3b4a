import { LogError, LostLogError } from '../../core/log/errors';
import { DamageError } from '../../core/store/damage';
import type { Logger } from '../../observe/logger';
import { jsonBody } from '../json/json-body';
import { isAbortError } from './abort-error';
import { ERROR_TABLE, type ErrorTableEntry } from './error-table';
import { RequestError } from './request-error';

const RETRY_AFTER_SECONDS = '2';

/** Passes by itself, as every 503 does. */
const BUSY_CODE = ERROR_TABLE.BODIES_TOO_MANY.code;

/** The answer for an error. */
export interface ErrorResponse {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON `{"error", "code"}`, and perhaps more. */
  readonly body: string;
}

export function toErrorResponse(error: unknown): ErrorResponse {
  const { status, code } = answerOf(error);
  const headers = {
    'Cache-Control': 'no-store',
    ...((status === 503 || code === BUSY_CODE) && { 'Retry-After': RETRY_AFTER_SECONDS }),
    ...(error instanceof RequestError && error.headers),
    // An answer to HEAD has no body.
    ...(error instanceof LostLogError && { 'X-Stream-Lost': 'all' }),
    ...(error instanceof DamageError && { 'X-Stream-Lost': `${error.lost.from}-${error.lost.to}` }),
    'Content-Type': 'application/json',
    // The sentence may quote the request.
    'X-Content-Type-Options': 'nosniff',
  };
  return {
    status,
    code,
    headers,
    body: jsonBody({
      error: isOperational(error) ? error.message : 'Internal error',
      code,
      ...(error instanceof RequestError && error.details),
    }),
  };
}

function answerOf(error: unknown): ErrorTableEntry {
  if (error instanceof LostLogError) return ERROR_TABLE.STREAM_LOST;
  return ERROR_TABLE[isOperational(error) ? error.code : 'INTERNAL'];
}

export function logUnexpected(logger: Logger, error: unknown, requestId: string): void {
  if (isOperational(error) || isAbortError(error)) return;
  logger.error({ err: error, requestId }, 'request failed');
}

type Operational = LogError | RequestError;

export function isOperational(error: unknown): error is Operational {
  return error instanceof LogError || error instanceof RequestError;
}
