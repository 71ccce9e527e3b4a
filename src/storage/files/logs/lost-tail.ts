import type { LogInfo, LogRef } from '../../../core/log/log';
import { withLoss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import { LostTailError } from '../../../core/store/damage';
import { damageErrorOf } from '../bytes/damage-error';
import { ShortFileError } from '../bytes/log-files';
import { attempt, isMissing } from '../disk/failures';
import { factsEntry } from '../journal/journal-entry';
import { type CachedLog, currentInfo } from './log-cache';
import type { LogIndex } from './log-index';

/** Writes at the tail, as `LogIndex.writeBytes`. @throws LogError `STORE_DAMAGED` where bytes before the tail are gone */
export async function writeAtTail(index: LogIndex, log: CachedLog, chunks: readonly Buffer[]): Promise<void> {
  try {
    await index.writeBytes(log, chunks);
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    if (cause instanceof ShortFileError) throw (await recordLostTail(index, log)) ?? error;
    if (!isMissing(cause) || log.tail === START) throw error;
    const { files, damage } = index.context;
    const { info } = log.facts;
    throw damage.report(info, await damageErrorOf(files, info, { from: log.tail, to: log.tail }, cause));
  }
}

/** Checks, under the log's mutex, that the file has the bytes before `until`. @returns the recorded loss; `undefined`: there is none */
export function detectLostTail(
  index: LogIndex,
  ref: LogRef,
  until: Offset,
): Promise<LostTailError | undefined> {
  return index.mutex.run(ref.id, async () => {
    if (index.isClosed) return undefined;
    const log = index.logOrExpired(ref);
    return (await recordLostTail(index, log)) ?? lossErrorAt(log, until);
  });
}

/** The error for an offset from before the log lost bytes, which is now beyond its tail. */
export function lossErrorAt({ facts, tail }: CachedLog, offset: Offset): LostTailError | undefined {
  const loss = offset > tail ? facts.info.losses?.findLast(({ to }) => to >= offset) : undefined;
  return loss && new LostTailError(facts.info, { from: loss.from, to: loss.to });
}

/**
 * Records that the file of an open log ends before the log, as the next start would: the log continues where the rest ends. Otherwise the
 * next append would leave a hole, which reads as zeros. An attached producer has to attach again, because its next bytes do not follow
 * the rest. A missing file is left to a start: its disk may not be mounted.
 */
async function recordLostTail(index: LogIndex, log: CachedLog): Promise<LostTailError | undefined> {
  const { files, facts, sync, written, times, journal, damage } = index.context;
  const before = log.facts;
  if (before.info.state === 'closed') return undefined;
  let from: Offset | undefined;
  await attempt('Cutting the log', async () => {
    from = await files.trimToWholeMessages(before.info, log.tail);
  });
  if (from === undefined) return undefined;
  const lost = { from, to: log.tail };
  const after = { ...before, info: withoutTail(currentInfo(log), from) };
  const known = facts.lengths.get(log.generation);
  const synced = known && { synced: Math.min(known.bytes, from) };
  await index.write('change', [{ before, after, ...synced }]);
  // A power cut must not lose a loss whose number readers know.
  await facts.synced();
  const error = new LostTailError(before.info, lost);
  index.cache.markStored(log, after);
  log.lost = { epoch: after.info.epoch, error };
  index.cache.markAhead(log);
  await times.cut(log);
  sync.markUnsynced(log.generation, from);
  written.note(log.generation, from);
  await written.flush();
  const loss = after.info.losses?.at(-1);
  if (loss !== undefined) index.events.lost(before.info, loss);
  await journal.append(factsEntry(after));
  damage.report(before.info, error);
  return error;
}

function withoutTail(info: LogInfo, from: Offset): LogInfo {
  return { ...info, tail: from, losses: withLoss(info.losses, { from, to: info.tail, at: Date.now() }) };
}
