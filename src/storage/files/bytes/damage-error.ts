import { errorCodeOf } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import type { LostBytes } from '../../../core/log/loss';
import { advance, START } from '../../../core/log/offset';
import { DamageError } from '../../../core/store/damage';
import { isMissing } from '../disk/failures';
import type { LogFiles } from './log-files';

/** @param missed the bytes that a reader did not get, up to the tail @param cause why reading failed. Absent: the file ended */
export async function damageErrorOf(
  files: LogFiles,
  log: LogRef,
  missed: LostBytes,
  cause?: unknown,
): Promise<DamageError> {
  if (cause === undefined || isMissing(cause)) {
    const length = await files.lengthOf(log.generation);
    return new DamageError(log, { ...missed, from: advance(START, Math.min(length, missed.from)) });
  }
  const code = String(errorCodeOf(cause));
  // A bad block affects some bytes of a file; every other failure affects all of it.
  return new DamageError(log, code === 'EIO' ? missed : { ...missed, from: START }, code);
}
