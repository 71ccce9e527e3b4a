import type { LogInfo } from '../../../core/log/log';
import { describeLoss, lostSince, segmentOf } from '../../../core/log/loss';
import { RequestError } from '../../errors/request-error';
import { offsetToken, type SegmentOffset } from './offset-token';

/** @throws RequestError where the bytes before the offset are not those that its reader had: `BYTES_LOST`, or `PARAMETER_INVALID` for an offset of another stream */
export function assertSegment(info: LogInfo, { offset, segment }: SegmentOffset, name: string): void {
  if (segmentOf(info, offset) === segment) return;
  const lost = lostSince(info, offset, segment);
  if (lost === undefined) throw new RequestError('PARAMETER_INVALID', `${name} was given for another stream`);
  const next = offsetToken(info, lost.from);
  throw new RequestError(
    'BYTES_LOST',
    `The stream with ID ${info.id} ${describeLoss(lost)}, which had been acknowledged: go on at offset ${next}`,
    { 'Stream-Next-Offset': next },
    { lost },
  );
}
