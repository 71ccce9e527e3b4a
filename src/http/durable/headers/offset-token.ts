import { type LogHistory, segmentOf } from '../../../core/log/loss';
import { type Offset, parseOffset, START } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';

/** The value of a token: an offset, and the segment of the bytes before it, which counts the losses before them. */
export interface SegmentOffset {
  readonly offset: Offset;
  readonly segment: number;
}

/** The first group of nearly all tokens. */
const NO_SEGMENT = '0000000000000000_';
const DIGITS = 16;
const TOKEN = /^(\d{16})_(\d{16})$/;

/** The segment and the offset, such as `0000000000000000_0000000000000042`. Tokens sort as strings (PROTOCOL.md, 8). */
export function offsetToken(life: Pick<LogHistory, 'losses'>, offset: Offset): string {
  const segment = segmentOf(life, offset);
  const group = segment === 0 ? NO_SEGMENT : `${String(segment).padStart(DIGITS, '0')}_`;
  return group + String(offset).padStart(DIGITS, '0');
}

/** @param name of the parameter or header, for the error. @throws RequestError `PARAMETER_INVALID` */
export function parseOffsetToken(raw: string, name: string): SegmentOffset {
  const [, group = '', digits = ''] = TOKEN.exec(raw) ?? [];
  const segment = parseOffset(group);
  const offset = parseOffset(digits);
  if (segment === undefined || offset === undefined)
    throw new RequestError('PARAMETER_INVALID', `${name} must be an offset that this server gave`);
  return { offset, segment };
}

/** Where a reader wants to begin: `now` is the tail, whatever it is when the request arrives. */
export type ReadStart = SegmentOffset | 'now';

/** The `offset` of a query; `-1` is the start. @throws RequestError `PARAMETER_INVALID` */
export function parseReadStart(raw: string): ReadStart {
  if (raw === '-1') return { offset: START, segment: 0 };
  if (raw === 'now') return 'now';
  return parseOffsetToken(raw, 'offset');
}
