import { randomBytes } from 'node:crypto';
import { LogError } from './errors';

declare const brand: unique symbol;

/** A log's name: 1 to 512 bytes of UTF-8 without control characters, and neither `.` nor `..`. */
export type LogId = string & { readonly [brand]: 'LogId' };

export const LOG_ID_BYTES_MAX = 512;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** @throws LogError `LOG_ID_INVALID`, whose message names the rule that was broken. */
export function parseLogId(raw: string): LogId {
  const broken = brokenRule(raw);
  if (broken !== undefined) throw new LogError('LOG_ID_INVALID', `The stream ID ${broken}`);
  return raw as LogId;
}

function brokenRule(raw: string): string | undefined {
  if (raw === '') return 'is empty';
  if (raw === '.' || raw === '..') return 'must not be "." or ".."';
  if (CONTROL.test(raw)) return 'must not contain control characters';
  if (LONE_SURROGATE.test(raw)) return 'is not well-formed Unicode';
  if (Buffer.byteLength(raw) > LOG_ID_BYTES_MAX) return `is longer than ${LOG_ID_BYTES_MAX} bytes of UTF-8`;
  return undefined;
}

/** An id that cannot be guessed and that sorts by the time it was made: a UUIDv7 (RFC 9562, 5.7). */
export function generateLogId(now = Date.now()): LogId {
  return uuidv7(now) as LogId;
}

/** Names one life of an id. It is never reused, so an old one never names another life. */
export function generateGeneration(now = Date.now()): string {
  return uuidv7(now);
}

function uuidv7(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
