import type { ClientErrorCode } from './errors';

/** Maps the server's codes (`docs/errors.md`) to those of this client. For other codes, the status decides. */
export const CLIENT_CODES: Readonly<Record<string, ClientErrorCode>> = {
  stream_not_found: 'NOT_FOUND',
  stream_gone: 'NOT_FOUND',
  stream_retired: 'NOT_FOUND',
  stream_closed: 'CLOSED',
  producer_replaced: 'REPLACED',
  stream_replaced: 'REPLACED',
  stream_lost: 'BYTES_LOST',
  bytes_lost: 'BYTES_LOST',
  stream_damaged: 'BYTES_LOST',
  too_many_producers: 'REFUSED',
  body_incomplete: 'BUSY',
};

/** Codes after which the upload sends a HEAD, to learn the state of its stream. */
const DISPUTES: ReadonlySet<string> = new Set([
  'offset_mismatch',
  'stream_closed',
  'stream_busy',
  'producer_replaced',
]);

/** Used for a 409 without a code. Its headers show which conflict it was. */
const CONFLICT = 'conflict';

/** Codes of a PATCH after lost bytes. A HEAD then returns the remaining length. */
const LOSSES: ReadonlySet<string> = new Set(['bytes_lost', 'stream_damaged']);

/** The codes for answers without one: those to a HEAD, of a proxy or of an older server. */
const BY_STATUS: Readonly<Record<number, string>> = {
  404: 'stream_not_found',
  409: CONFLICT,
  410: 'stream_gone',
  416: 'range_not_satisfiable',
};

/** The code of an answer that is not a success. @param code the `code` in its body */
export function errorCode(code: unknown, status: number): string | undefined {
  return typeof code === 'string' && code !== '' ? code : BY_STATUS[status];
}

export function toClientCode(code: string | undefined, status: number): ClientErrorCode {
  const known = code !== undefined && Object.hasOwn(CLIENT_CODES, code) ? CLIENT_CODES[code] : undefined;
  return known ?? (isRetryableStatus(status) ? 'BUSY' : 'REFUSED');
}

/** Loom's codes of a 413. A proxy may have codes of its own. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([
  'stream_too_large',
  'body_too_large',
  'chunk_extensions_too_large',
]);

/** Whether a 413 is Loom's own. @param code the `code` in its body */
export function isTooLargeForLoom(code: unknown): boolean {
  return TOO_LARGE.has(code);
}

/** Whether a POST found an existing stream. Its Idempotency-Key shows whether it is the upload's own. */
export function isRepeatedCreate(code: string | undefined): boolean {
  return code === 'already_created' || code === CONFLICT;
}

export function isDispute(code: string | undefined): boolean {
  return code === CONFLICT || (code !== undefined && DISPUTES.has(code));
}

export function isLoss(code: string | undefined): boolean {
  return code !== undefined && LOSSES.has(code);
}

/** Whether the status depends on the current state of the server or a proxy, not on the request. */
function isRetryableStatus(status: number): boolean {
  if (status === 408 || status === 425 || status === 429) return true;
  return status >= 500 && status !== 501 && status !== 505;
}
