import type { LogInfo } from '../../../core/log/log';
import { checkPosition, describeLoss, type LostBytes, wireGeneration } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';

/**
 * Checks that the bytes before `offset` are those that the reader has.
 * @param generation the wire generation under which it got them; left out, it has nothing but an offset
 * @throws RequestError `STREAM_REPLACED`, `STREAM_LOST_BYTES`
 */
export function assertHeld(info: LogInfo, offset: Offset, generation?: string): void {
  const check = checkPosition(info, offset, generation);
  if (check.kind === 'replaced') throw replaced(info);
  if (check.kind === 'lost') throw lostBytes(info, check.lost);
}

/** @throws RequestError `RANGE_NOT_SATISFIABLE` for an offset beyond what is committed */
export function assertCommitted(offset: Offset, info: LogInfo): Offset {
  if (offset <= info.tail) return offset;
  throw new RequestError(
    'RANGE_NOT_SATISFIABLE',
    `The offset is ${offset}, but the stream with ID ${info.id} has ${info.tail} bytes`,
    { 'Content-Range': `bytes */${info.tail}` },
  );
}

function replaced(info: LogInfo): RequestError {
  const generation = wireGeneration(info);
  return new RequestError(
    'STREAM_REPLACED',
    `The stream with ID ${info.id} was replaced since: its generation is ${generation} now`,
    { 'X-Stream-Generation': generation },
    { generation },
  );
}

function lostBytes(info: LogInfo, lost: LostBytes): RequestError {
  const generation = wireGeneration(info);
  return new RequestError(
    'STREAM_LOST_BYTES',
    `The stream with ID ${info.id} ${describeLoss(lost)}: go on with ?offset=${lost.from}&generation=${generation}`,
    { 'X-Stream-Generation': generation },
    { generation, lost },
  );
}
