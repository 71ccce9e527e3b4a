import type { ClientErrorCode } from './errors';

/** What this client makes of the codes that the server's `docs/errors.md` lists. Any other is a refusal, unless its status passes. */
export const MEANINGS: Readonly<Record<string, ClientErrorCode>> = {
  stream_not_found: 'NOT_FOUND',
  stream_gone: 'NOT_FOUND',
  stream_retired: 'NOT_FOUND',
  stream_closed: 'CLOSED',
  producer_replaced: 'REPLACED',
  stream_replaced: 'REPLACED',
  stream_lost: 'BYTES_LOST',
  bytes_lost: 'BYTES_LOST',
  stream_damaged: 'BYTES_LOST',
  route_not_found: 'REFUSED',
  too_many_producers: 'REFUSED',
  head_timeout: 'BUSY',
  body_incomplete: 'BUSY',
  body_stalled: 'BUSY',
  too_many_bodies: 'BUSY',
  too_many_waiting: 'BUSY',
  too_many_streams: 'BUSY',
  store_full: 'BUSY',
  store_unavailable: 'BUSY',
  stopping: 'BUSY',
  internal_error: 'BUSY',
};

/** The codes of answers to a PATCH that say where the upload went wrong, so that the stream is worth asking for by HEAD. */
const DISPUTES: ReadonlySet<string> = new Set([
  'offset_mismatch',
  'stream_closed',
  'stream_busy',
  'producer_replaced',
]);

/** Of an answer without a code: which conflict it was, the headers have to say. */
const CONFLICT = 'conflict';

/** The codes of answers to a PATCH that met lost bytes: a HEAD says where the rest ends. */
const LOSSES: ReadonlySet<string> = new Set(['bytes_lost', 'stream_damaged']);

/** The answer to a HEAD has no body, a proxy's has no code, and neither had those of older servers. */
const BY_STATUS: Readonly<Record<number, string>> = {
  404: 'stream_not_found',
  409: CONFLICT,
  410: 'stream_gone',
  416: 'range_not_satisfiable',
};

/** The code of an answer that is not a success. `said` is the one in its body. */
export function errorCode(said: unknown, status: number): string | undefined {
  return typeof said === 'string' && said !== '' ? said : BY_STATUS[status];
}

export function toClientCode(code: string | undefined, status: number): ClientErrorCode {
  const known = code !== undefined && Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  return known ?? (isRetryableStatus(status) ? 'BUSY' : 'REFUSED');
}

/** The POST is a repetition: the stream is there already. Whether it is the upload's own, its key says. */
export function isRepeatedCreate(code: string | undefined): boolean {
  return code === 'already_created' || code === CONFLICT;
}

export function isDispute(code: string | undefined): boolean {
  return code === CONFLICT || (code !== undefined && DISPUTES.has(code));
}

export function isLoss(code: string | undefined): boolean {
  return code !== undefined && LOSSES.has(code);
}

/** Statuses that depend on the present condition of the server or a proxy and not on the request. */
function isRetryableStatus(status: number): boolean {
  if (status === 408 || status === 425 || status === 429) return true;
  return status >= 500 && status !== 501 && status !== 505;
}
