import { stat } from 'node:fs/promises';
import type { LogInfo } from '../../../core/log/log';
import { type Loss, withLoss } from '../../../core/log/loss';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import { isAttached } from '../../../core/state/facts';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Warn } from '../../../core/store/warnings';
import { forgetWrittenLengths, readWrittenLengths } from '../bytes/written-lengths';
import type { Durability } from '../disk/durability';
import { isMissing } from '../disk/failures';
import { syncPath } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import { readFactsOrReport } from '../facts/read-facts-or-report';
import type { FactsChange, StoredFacts } from '../facts/stored-facts';
import type { SyncedLength } from '../facts/synced-lengths';
import type { Journal } from '../journal/journal';
import { factsEntry, needsJournalEntry } from '../journal/journal-entry';
import { type PreviousRun, readPreviousRun, recordRun } from './previous-run';
import { trimUnacknowledged } from './trim-unacknowledged';

/** Small enough that no transaction needs more room than is kept for one. */
const BATCH = 32;

export interface StartupRecovery {
  readonly layout: Layout;
  readonly facts: FactsDatabase;
  readonly reserve: FactsReserve;
  readonly journal: Journal;
  readonly warn: Warn;
  readonly damage: DamageReports;
  readonly clock: SteadyClock;
  readonly stoppedCleanly: boolean;
  /** What is in the directory may be a copy, which may be older than what was acknowledged. */
  readonly isCopy: boolean;
  /** From now on. */
  readonly durability: Durability;
  /** Is filled. */
  readonly unsynced: UnsyncedLogs;
}

interface RecoveryState extends StartupRecovery {
  readonly previousRun: PreviousRun;
  /** As the last process has counted them. */
  readonly written: ReadonlyMap<string, Offset>;
}

/** Logs whose files may not be on the disk as they are, and where they end. */
export type UnsyncedLogs = Map<string, Offset>;

/**
 * Brings the facts and the files together, once, before anybody uses the store. A log that was not sealed has lost its producer with
 * the last process, and its tail is where its file ends; unless that is exact in the facts, to which the file is cut then. Sealed
 * logs are not looked at, however many there are.
 */
export async function recoverLogs(recovery: StartupRecovery): Promise<void> {
  const { facts, reserve, journal, damage, durability, stoppedCleanly, isCopy, layout, unsynced } = recovery;
  const previousRun = await readPreviousRun(recovery, stoppedCleanly, isCopy);
  const state = { ...recovery, previousRun, written: await readWrittenLengths(layout.written) };
  const unsealed = facts.timeIndex.unsealed();
  for (let done = 0; done < unsealed.length; done += BATCH) {
    const batch = unsealed.slice(done, done + BATCH);
    const steps = await Promise.all(
      batch.map((generation) => recoverLog(state, readFactsOrReport(facts, damage, generation))),
    );
    const changes = steps.filter((step) => step !== undefined);
    if (changes.length > 0) await reserve.write('change', () => facts.write(changes));
    const news = changes.filter(({ before, after }) => needsJournalEntry(before, after));
    await Promise.all(news.map(({ after }) => journal.append(factsEntry(after))));
  }
  // From here on all is on the disk, also what another durability has left.
  if (durability === 'always') await syncAll(layout, unsynced);
  await recordRun(recovery, durability);
  // A loss whose number readers know must not be forgotten by a power cut: another one would get the same number.
  await facts.synced();
  // The next start must not count a loss again that the facts have now.
  await forgetWrittenLengths(layout.written);
}

async function syncAll(layout: Layout, unsynced: UnsyncedLogs): Promise<void> {
  const generations = [...unsynced.keys()];
  for (let done = 0; done < generations.length; done += BATCH) {
    const batch = generations.slice(done, done + BATCH);
    await Promise.all(batch.map((generation) => syncPath(layout.logOf(generation))));
  }
  unsynced.clear();
}

async function recoverLog(
  { layout, warn, clock, facts: stored, previousRun, unsynced, written }: RecoveryState,
  before: StoredFacts | undefined,
): Promise<(FactsChange & Required<Pick<FactsChange, 'before' | 'after'>>) | undefined> {
  if (before === undefined) return undefined;
  const { info, isExact } = before;
  const file = await fileOf(layout.logOf(info.generation));
  const known = stored.lengths.get(info.generation);
  const tail = await trimUnacknowledged({ layout, warn, previousRun }, before, file.tail, known);
  if (tail < file.tail || tail > syncedIn(previousRun, before, tail, known))
    unsynced.set(info.generation, tail);
  const updatedAt = isExact ? info.updatedAt : Math.max(info.updatedAt, file.changedAt);
  const counted = countedOf(before, [known?.bytes, written.get(info.generation)]);
  // What was cut off at the end of an attached producer's file may have been more of its bytes.
  const isWhole = previousRun.isCertain && (!isAttached(before) || tail === file.tail);
  const loss = lossOf(tail, counted, isWhole);
  if (tail < counted) warnOfLoss(info, tail, counted, warn);
  const losses = loss && { losses: withLoss(info.losses, loss) };
  const facts = { ...before, info: { ...info, tail, updatedAt, ...losses } };
  const after = interrupted(facts, clock.now());
  const isAsBefore = after.info.epoch === info.epoch && tail === info.tail && loss === undefined;
  return isAsBefore ? undefined : { before, after, ...syncedAt(previousRun, tail, known) };
}

/** How many bytes are known to have been acknowledged. With an exact tail, bytes that were synced or written need not have been. */
function countedOf({ info, isExact }: StoredFacts, lengths: readonly (number | undefined)[]): Offset {
  const known = lengths.map((length = 0) => (Number.isSafeInteger(length + 1) ? length : 0));
  return isExact ? info.tail : advance(START, Math.max(info.tail, ...known));
}

/** So many of the log's bytes are on the disk for certain. */
function syncedIn(
  { boot, durability, stoppedCleanly }: PreviousRun,
  { isExact }: StoredFacts,
  tail: Offset,
  known: SyncedLength | undefined,
): number {
  // What there is after the machine was started anew has come from the disk.
  if (boot === 'other' || stoppedCleanly || durability === 'always') return tail;
  // Of the many logs that only commits wrote to, an earlier version has counted none.
  return known?.bytes ?? (isExact && durability === undefined ? tail : 0);
}

function syncedAt(
  { boot, durability }: PreviousRun,
  tail: Offset,
  known: SyncedLength | undefined,
): Pick<FactsChange, 'synced'> {
  if (boot === 'other' || durability === undefined) return { synced: tail };
  return known === undefined ? {} : { synced: Math.min(known.bytes, tail) };
}

/**
 * What a log has lost that is found to end at `tail`. Bytes of an attached producer are counted by the file alone, and what the kernel
 * had yet to write is gone with it: then there may have been more than is counted.
 *
 * @param isWhole that is impossible: the kernel still has what a process wrote that was killed, or all of it was synced. Readers are not
 *   to be disturbed each time that a process ends
 */
function lossOf(tail: Offset, counted: Offset, isWhole: boolean): Omit<Loss, 'number'> | undefined {
  if (tail < counted) return { from: tail, to: counted, at: Date.now() };
  return isWhole ? undefined : { from: tail, to: tail, at: Date.now() };
}

/** A log that nobody but commits ever wrote to waits for the next one as before. */
function interrupted(facts: StoredFacts, now: number): StoredFacts {
  const { info, graceMs } = facts;
  if (graceMs === undefined) return facts;
  // Whoever wrote before must not go on where another may have attached meanwhile.
  const recovered = { ...info, state: 'interrupted' as const, epoch: info.epoch + 1 };
  return { ...facts, info: recovered, deadline: now + graceMs };
}

function warnOfLoss({ id, generation }: LogInfo, from: Offset, to: Offset, warn: Warn): void {
  warn(`Stream ${id} lost the bytes ${from} to ${to}, which had been acknowledged`, {
    id,
    generation,
    from,
    to,
  });
}

interface FoundFile {
  readonly tail: Offset;
  /** When its bytes were last changed. */
  readonly changedAt: number;
}

/** A log that never had a byte has no file. What is there and no file has none of its bytes. */
async function fileOf(path: string): Promise<FoundFile> {
  try {
    const found = await stat(path);
    return {
      tail: advance(START, found.isFile() ? found.size : 0),
      changedAt: Math.floor(found.mtimeMs),
    };
  } catch (error) {
    if (isMissing(error)) return { tail: START, changedAt: 0 };
    throw error;
  }
}
