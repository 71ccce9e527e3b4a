import type { LogInfo } from '../../../core/log/log';
import { checkPosition, describeLoss, type LostBytes, wireGeneration } from '../../../core/log/loss';
import { type Offset, parseOffset, START } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import { singleParameter } from '../../front/query';

/**
 * Reads `?offset=N`, and `?generation=G`, the generation of the bytes before it that the reader has.
 * @throws RequestError `PARAMETER_INVALID`, `STREAM_REPLACED`, `STREAM_LOST_BYTES`, `RANGE_NOT_SATISFIABLE`
 */
export function requestedOffset(query: URLSearchParams, info: LogInfo): Offset {
  const raw = singleParameter(query, 'offset');
  const offset = raw === undefined ? START : parseQueryOffset(raw);
  const check = checkPosition(info, offset, singleParameter(query, 'generation'));
  if (check.kind === 'replaced') throw replaced(info);
  if (check.kind === 'lost') throw lostBytes(info, check.lost);
  return assertCommitted(offset, info);
}

/** @throws RequestError `PARAMETER_INVALID` */
function parseQueryOffset(raw: string): Offset {
  const offset = parseOffset(raw);
  if (offset === undefined)
    throw new RequestError('PARAMETER_INVALID', 'offset must be one plain decimal number of bytes');
  return offset;
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
