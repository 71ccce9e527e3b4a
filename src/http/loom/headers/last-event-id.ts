import type { LogInfo } from '../../../core/log/log';
import { checkPosition, type PositionCheck, wireGeneration } from '../../../core/log/loss';
import { type Offset, parseOffset } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import { assertCommitted } from './held-position';

/** What is left of a bound of the request whose events a reader has. */
export interface BoundLeft {
  readonly name: 'length' | 'lines';
  readonly left: number;
}

/** Where a reader of events continues. */
export type Resumption =
  | {
      readonly kind: 'resumed';
      readonly from: Offset;
      readonly bound?: BoundLeft;
      /** The reader has the event that ended the answer before the end of the stream. */
      readonly hasEnd: boolean;
    }
  /** The reader must discard what it has. @param data of the `reset` event */
  | { readonly kind: 'reset'; readonly data: string };

interface EventId {
  readonly offset: Offset;
  readonly generation: string | undefined;
  readonly bound?: BoundLeft;
  readonly isEnd: boolean;
}

const EVENT_ID = /^(\d+)(?:-([^;]+)(?:;(end|(lines|length)=(\d{1,16})))?)?$/;

/** Compares a `Last-Event-ID`, which may be a bare offset. @throws RequestError `HEADER_INVALID`, `RANGE_NOT_SATISFIABLE` */
export function resumeAfter(lastEventId: string, info: LogInfo): Resumption {
  const { offset, generation, bound, isEnd } = parseEventId(lastEventId);
  const check = checkPosition(info, offset, generation);
  if (check.kind !== 'intact') return { kind: 'reset', data: resetData(info, check) };
  const from = assertCommitted(offset, info);
  return { kind: 'resumed', from, hasEnd: isEnd, ...(bound !== undefined && { bound }) };
}

function parseEventId(raw: string): EventId {
  const [, digits = '', generation, suffix, name, left] = EVENT_ID.exec(raw) ?? [];
  const offset = parseOffset(digits);
  if (offset === undefined) {
    throw new RequestError(
      'HEADER_INVALID',
      'Last-Event-ID must be the id of an event of this stream, or one plain decimal number of bytes',
    );
  }
  const isBound = name === 'length' || name === 'lines';
  return {
    offset,
    generation,
    isEnd: suffix === 'end',
    ...(isBound && { bound: { name, left: Number(left) } }),
  };
}

function resetData(info: LogInfo, check: Exclude<PositionCheck, { kind: 'intact' }>): string {
  return JSON.stringify({
    generation: wireGeneration(info),
    reason: check.kind,
    ...(check.kind === 'lost' && { lost: check.lost }),
  });
}
