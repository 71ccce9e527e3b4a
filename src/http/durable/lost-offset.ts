import type { LogInfo } from '../../core/log';
import { lostSince, segmentOf } from '../../core/loss';
import { START } from '../../core/offset';
import { RequestError } from '../request-error';
import { offsetToken, type TokenPlace } from './offset-token';

/** @throws RequestError `BYTES_LOST` where the bytes before the token's offset are not those that its reader had */
export function assertSameBytes(info: LogInfo, { offset, segment }: TokenPlace, name: string): void {
  if (segmentOf(info, offset) === segment) return;
  const lost = lostSince(info, offset, segment);
  const next = offsetToken(info, lost?.from ?? START);
  throw new RequestError(
    'BYTES_LOST',
    lost === undefined
      ? `${name} was given for another stream: this one begins at ${next}`
      : `The stream ${info.id} has lost the bytes ${lost.from} to ${lost.to}, which had been acknowledged: go on at offset ${next}`,
    { 'Stream-Next-Offset': next },
    lost && { lost },
  );
}
