import { stat } from 'node:fs/promises';
import { batchesOf } from '../../../core/bytes/batches-of';
import type { LogInfo } from '../../../core/log/log';
import { type Loss, withLoss } from '../../../core/log/loss';
import { advance, type Offset, START } from '../../../core/log/offset';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import { isAttached } from '../../../core/state/facts';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Warn } from '../../../core/store/warnings';
import { readWrittenLengths } from '../bytes/written-lengths';
import type { Durability } from '../disk/durability';
import { undefinedIfMissing } from '../disk/failures';
import { syncPath, unlinkIfExists } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import { readFactsOrReport } from '../facts/read-facts-or-report';
import type { FactsChange, StoredFacts } from '../facts/stored-facts';
import type { SyncedLength } from '../facts/synced-lengths';
import { transactionBatches } from '../facts/transaction-batches';
import type { Journal } from '../journal/journal';
import { factsEntry, needsJournalEntry } from '../journal/journal-entry';
import { type PreviousRun, readPreviousRun, recordRun } from './previous-run';
import { trimUnacknowledged } from './trim-unacknowledged';

/** How many logs are looked at before what was found is stored. */
const BATCH = 1_024;
/** How many files are open at once. */
const FILES_AT_ONCE = 32;

/** What `recoverLogs` works with. */
export interface StartupRecovery {
  readonly layout: Layout;
  readonly facts: FactsDatabase;
  readonly reserve: FactsReserve;
  readonly journal: Journal;
  readonly warn: Warn;
  readonly damage: DamageReports;
  readonly clock: SteadyClock;
  readonly stoppedCleanly: boolean;
  /** The directory may be a copy, which may be older than the last acknowledgement. */
  readonly isCopy: boolean;
  /** Of this process. */
  readonly durability: Durability;
  /** Filled by the recovery. */
  readonly unsynced: UnsyncedLogs;
}

interface RecoveryState extends StartupRecovery {
  readonly previousRun: PreviousRun;
  /** As counted by the last process. */
  readonly written: ReadonlyMap<string, Offset>;
}

/** Logs whose files may not be synced, and their lengths. */
export type UnsyncedLogs = Map<string, Offset>;

/**
 * Reconciles the facts and the files, once, before the store is used. A log that was not sealed lost its producer with the last process,
 * and its tail is where its file ends, unless the tail in the facts is exact: then the file is cut there. Sealed logs are not read,
 * however many there are.
 */
export async function recoverLogs(recovery: StartupRecovery): Promise<void> {
  const { facts, reserve, journal, damage, durability, stoppedCleanly, isCopy, layout, unsynced } = recovery;
  const previousRun = await readPreviousRun(recovery, stoppedCleanly, isCopy);
  const state = { ...recovery, previousRun, written: await readWrittenLengths(layout.written) };
  const files = new Semaphore(FILES_AT_ONCE);
  for (const batch of batchesOf(facts.timeIndex.unsealed(), BATCH)) {
    const steps = await Promise.all(
      batch.map((generation) =>
        files.run(() => recoverLog(state, readFactsOrReport(facts, damage, generation))),
      ),
    );
    const changes = steps.filter((step) => step !== undefined);
    for (const some of transactionBatches(changes, reserve.changeBytesMax))
      await reserve.write('change', () => facts.write(some));
    const news = changes.filter(({ before, after }) => needsJournalEntry(before, after));
    await Promise.all(news.map(({ after }) => journal.append(factsEntry(after))));
  }
  // From here on all is on the disk, also what another durability left unsynced.
  if (durability === 'always') await syncAll(layout, unsynced);
  await recordRun(recovery, durability);
  // A power cut must not lose a loss whose number readers know: the next one would get the same number.
  await facts.synced();
  // The next start must not count a loss again that the facts have.
  await unlinkIfExists(layout.written);
}

async function syncAll(layout: Layout, unsynced: UnsyncedLogs): Promise<void> {
  for (const batch of batchesOf([...unsynced.keys()], FILES_AT_ONCE))
    await Promise.all(batch.map((generation) => syncPath(layout.logOf(generation))));
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
  // What was cut off the file of an attached producer may have been more of its bytes.
  const isWhole = previousRun.isCertain && (!isAttached(before) || tail === file.tail);
  const loss = lossOf(tail, counted, isWhole);
  if (tail < counted) warnOfLoss(info, tail, counted, warn);
  const losses = loss && { losses: withLoss(info.losses, loss) };
  const facts = { ...before, info: { ...info, tail, updatedAt, ...losses } };
  const after = interrupted(facts, clock.now());
  const isAsBefore = after.info.epoch === info.epoch && tail === info.tail && loss === undefined;
  return isAsBefore ? undefined : { before, after, ...syncedAt(previousRun, tail, known) };
}

/** How many bytes are known to be acknowledged. With an exact tail, synced or written bytes need not be. */
function countedOf({ info, isExact }: StoredFacts, lengths: readonly (number | undefined)[]): Offset {
  const known = lengths.map((length = 0) => (Number.isSafeInteger(length + 1) ? length : 0));
  return isExact ? info.tail : advance(START, Math.max(info.tail, ...known));
}

/** How many of the log's bytes are certainly on the disk. */
function syncedIn(
  { boot, durability, stoppedCleanly }: PreviousRun,
  { isExact }: StoredFacts,
  tail: Offset,
  known: SyncedLength | undefined,
): number {
  // After a reboot, what is there comes from the disk.
  if (boot === 'other' || stoppedCleanly || durability === 'always') return tail;
  // An earlier version counted none for logs that only commits wrote to.
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
 * The loss of a log whose file ends at `tail`. Only the file counts the bytes of an attached producer, and a reboot loses what the kernel
 * had yet to write: then there may have been more than is counted.
 *
 * @param isWhole that is impossible: the kernel still has what a killed process wrote, or all of it was synced. A process that ends must
 *   not disturb readers each time
 */
function lossOf(tail: Offset, counted: Offset, isWhole: boolean): Omit<Loss, 'number'> | undefined {
  if (tail < counted) return { from: tail, to: counted, at: Date.now() };
  return isWhole ? undefined : { from: tail, to: tail, at: Date.now() };
}

/** A log that only commits wrote to waits for the next one as before. */
function interrupted(facts: StoredFacts, now: number): StoredFacts {
  const { info, graceMs } = facts;
  if (graceMs === undefined) return facts;
  // The earlier writer must not continue: another one may have attached since.
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
  /** When its bytes last changed. */
  readonly changedAt: number;
}

/** A log that never had a byte has no file. Anything but a file has none of its bytes. */
async function fileOf(path: string): Promise<FoundFile> {
  const found = await stat(path).catch(undefinedIfMissing);
  if (found === undefined) return { tail: START, changedAt: 0 };
  const tail = advance(START, found.isFile() ? found.size : 0);
  return { tail, changedAt: Math.floor(found.mtimeMs) };
}
