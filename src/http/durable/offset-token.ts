import { type Offset, parseOffset, START } from '../../core/offset';
import { RequestError } from '../request-error';

/** Offsets sort as strings (PROTOCOL.md, 8), so all have one width. The first group leaves room for what a later version may need. */
const FIRST_GROUP = '0000000000000000_';
const DIGITS = 16;
const TOKEN = /^0{16}_(\d{16})$/;

/** @returns a token such as `0000000000000000_0000000000000042` */
export function offsetToken(offset: Offset): string {
  return FIRST_GROUP + String(offset).padStart(DIGITS, '0');
}

/** @param name of the parameter or header, for the error. @throws RequestError `PARAMETER_INVALID` */
export function parseOffsetToken(raw: string, name: string): Offset {
  const digits = TOKEN.exec(raw)?.[1];
  const offset = digits === undefined ? undefined : parseOffset(digits);
  if (offset === undefined)
    throw new RequestError('PARAMETER_INVALID', `${name} must be an offset that this server gave`);
  return offset;
}

/** Where a reader wants to begin: `now` is the tail, whatever it is when the request arrives. */
export type ReadFrom = Offset | 'now';

/** The `offset` of a query; `-1` is the start. @throws RequestError `PARAMETER_INVALID` */
export function parseReadFrom(raw: string): ReadFrom {
  if (raw === '-1') return START;
  if (raw === 'now') return 'now';
  return parseOffsetToken(raw, 'offset');
}
