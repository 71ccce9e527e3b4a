import { LogError } from '../log/errors';
import type { LogInfo } from '../log/log';
import type { Offset } from '../log/offset';

/**
 * Checks an append against the log, in the order in which every store reports what is wrong.
 * @param epoch of the writer
 * @param bytes length of the append, which begins at `at`
 * @returns how many of the bytes are stored already: the store skips them
 * @throws LogError `LOG_FENCED`, `LOG_GAP`, `LOG_SEALED`
 */
export function checkAppend(
  log: Pick<LogInfo, 'epoch' | 'tail' | 'state'>,
  epoch: number,
  at: Offset,
  bytes: number,
): number {
  if (log.epoch !== epoch) throw new LogError('LOG_FENCED');
  if (at > log.tail) throw new LogError('LOG_GAP');
  const stored = Math.min(bytes, log.tail - at);
  if (stored < bytes && log.state === 'closed') throw new LogError('LOG_SEALED');
  return stored;
}
