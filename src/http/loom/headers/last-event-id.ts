import type { LogInfo } from '../../../core/log/log';
import { checkPosition, type PositionCheck, wireGeneration } from '../../../core/log/loss';
import { type Offset, parseOffset, START } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import { assertCommitted } from './requested-offset';

/** Where a reader of events continues. */
export interface Resumption {
  readonly from: Offset;
  /** The data of the `reset` event. Present if the reader must discard what it has. */
  readonly reset?: string;
}

/** Makes an event id of an offset: `<offset>-<generation>`. `parseInt` of the id is the offset. */
export function eventIdSuffix(info: LogInfo): string {
  return `-${wireGeneration(info)}`;
}

/** Compares a `Last-Event-ID`, which may be a bare offset. @throws RequestError `HEADER_INVALID`, `RANGE_NOT_SATISFIABLE` */
export function resumeAfter(lastEventId: string, info: LogInfo): Resumption {
  const { offset, generation } = parseEventId(lastEventId);
  const check = checkPosition(info, offset, generation);
  if (check.kind === 'intact') return { from: assertCommitted(offset, info) };
  return { from: START, reset: resetData(info, check) };
}

function parseEventId(raw: string): { offset: Offset; generation: string | undefined } {
  const [, digits = '', generation] = /^(\d+)(?:-(.+))?$/.exec(raw) ?? [];
  const offset = parseOffset(digits);
  if (offset === undefined) {
    throw new RequestError(
      'HEADER_INVALID',
      'Last-Event-ID must be the id of an event of this stream, or one plain decimal number of bytes',
    );
  }
  return { offset, generation };
}

function resetData(info: LogInfo, check: Exclude<PositionCheck, { kind: 'intact' }>): string {
  return JSON.stringify({
    generation: wireGeneration(info),
    reason: check.kind,
    ...(check.kind === 'lost' && { lost: check.lost }),
  });
}
