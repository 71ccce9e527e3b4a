import type { IncomingHttpHeaders } from 'node:http';
import type { Expiry } from '../../../core/log/log';
import { RequestError } from '../../errors/request-error';

/** A thousand years: far from where milliseconds stop being exact. */
const TTL_SECONDS_MAX = 31_536_000_000;
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const DAY_LENGTH = '2030-01-02'.length;
/** Years of four digits, also once they are UTC: others are no RFC 3339. */
const TIME_MIN = Date.parse('0000-01-01T00:00:00Z');
const TIME_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** `Stream-TTL` or `Stream-Expires-At` (PROTOCOL.md, 5.1). @throws RequestError `HEADER_INVALID`, also for both */
export function parseExpiry(headers: IncomingHttpHeaders): Expiry | undefined {
  const ttl = headers['stream-ttl'];
  const at = headers['stream-expires-at'];
  if (ttl !== undefined && at !== undefined) {
    throw new RequestError('HEADER_INVALID', 'Stream-TTL and Stream-Expires-At exclude each other');
  }
  if (ttl !== undefined) return { kind: 'idle', ttlMs: seconds(String(ttl)) * 1_000 };
  return at === undefined ? undefined : { kind: 'at', at: time(String(at)) };
}

export function renderExpiry(expiry: Expiry | undefined): Record<string, string> {
  if (expiry === undefined) return {};
  return expiry.kind === 'idle'
    ? { 'Stream-TTL': String(Math.floor(expiry.ttlMs / 1_000)) }
    : { 'Stream-Expires-At': new Date(expiry.at).toISOString() };
}

export function isSameExpiry(a: Expiry | undefined, b: Expiry | undefined): boolean {
  if (a?.kind === 'idle') return b?.kind === 'idle' && a.ttlMs === b.ttlMs;
  if (a?.kind === 'at') return b?.kind === 'at' && a.at === b.at;
  return b === undefined;
}

function seconds(raw: string): number {
  const value = /^(0|[1-9]\d{0,11})$/.test(raw) ? Number(raw) : Number.POSITIVE_INFINITY;
  if (value > TTL_SECONDS_MAX) {
    throw new RequestError(
      'HEADER_INVALID',
      `Stream-TTL must be a plain number of seconds up to ${TTL_SECONDS_MAX}`,
    );
  }
  return value;
}

function time(raw: string): number {
  const at = RFC3339.test(raw) ? Date.parse(raw) : Number.NaN;
  if (isDay(raw.slice(0, DAY_LENGTH)) && at >= TIME_MIN && at <= TIME_MAX) return at;
  throw new RequestError(
    'HEADER_INVALID',
    'Stream-Expires-At must be a time as in RFC 3339, in the years 0 to 9999 of UTC',
  );
}

/** `Date` takes February 30 for a day of March. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
