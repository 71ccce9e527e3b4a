import { mkdir } from 'node:fs/promises';
import { messageOf } from '../../core/log/errors';
import type { Offset } from '../../core/log/offset';
import { DamageReports } from '../../core/store/damage-reports';
import type { LogStore } from '../../core/store/store';
import type { Warn } from '../../core/store/warnings';
import { isDiskFull, storeFailure } from '../../lmdb/failures';
import { PRIVATE_DIRECTORY } from '../../lmdb/private-mode';
import { DescriptorPool } from './bytes/descriptor-pool';
import { LogFiles } from './bytes/log-files';
import { Sync } from './bytes/sync';
import { WrittenLengths } from './bytes/written-lengths';
import { makeDirectory } from './disk/file-io';
import { Layout } from './disk/layout';
import { explainPermissions, warnIfShared } from './disk/permissions';
import { FactsReserve } from './facts/facts-reserve';
import { rebuildNameIndex } from './facts/rebuild-name-index';
import { recordSyncedLengths } from './facts/record-synced-lengths';
import { FilesStore } from './files-store';
import { Journal } from './journal/journal';
import { DoomedLogSweeper } from './logs/doomed-log-sweeper';
import type { FilesStoreContext } from './logs/files-store-context';
import { openFacts } from './open-facts';
import type { FilesStoreOptions } from './options';
import { assertFactsMatchFiles } from './startup/assert-facts-match';
import { assertFileKinds, assertFileKindsInLogs, assertIsFile } from './startup/assert-file-kinds';
import {
  type LastShutdown,
  readLastShutdown,
  removeCleanShutdownMark,
  writeCleanShutdownMark,
} from './startup/clean-shutdown';
import { DirectoryLock } from './startup/directory-lock';
import { takeInventory } from './startup/inventory';
import { openClock } from './startup/open-clock';
import { recoverLogs, type StartupRecovery, type UnsyncedLogs } from './startup/recover-logs';
import { removeLeftovers } from './startup/remove-leftovers';
import { LogTimes } from './times/log-times';

/**
 * Opens the store in `directory`, and creates it if there is none. Logs that the last process left unsealed are `interrupted`, with a new
 * epoch and a new grace.
 *
 * @throws LogError `STORE_UNAVAILABLE` when another process uses the directory, `STORE_FULL` when not even the facts can be written
 */
export async function openFilesStore(directory: string, options: FilesStoreOptions): Promise<LogStore> {
  try {
    const layout = new Layout(directory);
    await assertFileKinds(layout);
    await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    return await openWithLock(layout, options);
  } catch (error) {
    throw await explainPermissions(directory, error);
  }
}

async function openWithLock(layout: Layout, options: FilesStoreOptions): Promise<LogStore> {
  const lock = await DirectoryLock.take(layout);
  try {
    await warnIfShared(layout.directory, options.warn);
    return await openLocked(layout, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(
  layout: Layout,
  lock: DirectoryLock,
  options: FilesStoreOptions,
): Promise<LogStore> {
  const { durability, warn } = options;
  await assertIsFile(layout);
  await makeDirectory(layout.logs);
  await assertFileKindsInLogs(layout);
  await lock.assertJournalIsFree();
  const stop = await readLastShutdown(layout);
  const facts = await openFacts(layout, lock, options);
  const reserve = new FactsReserve(layout, facts);
  const damage = new DamageReports(options.alarm);
  const clock = await openClock(facts, reserve, warn);
  const unsynced: UnsyncedLogs = new Map();
  const context = { layout, facts, reserve, warn, damage, clock, durability, unsynced };
  const journal = await reconcile(context, stop).catch(async (error) => {
    await facts.close();
    throw storeFailure('Opening the store', error);
  });
  const descriptors = new DescriptorPool(layout, options.openFiles, warn);
  const onSynced = (ends: ReadonlyMap<string, Offset>) => recordSyncedLengths({ facts, reserve, warn }, ends);
  const sync = new Sync(layout, descriptors, {
    durability,
    intervalMs: options.syncInterval,
    warn,
    onSynced,
  });
  for (const [generation, end] of unsynced) sync.markUnsynced(generation, end);
  const times = new LogTimes(layout, options.syncInterval, warn);
  const files = new LogFiles(layout, descriptors, sync, times, warn);
  const doomed = new DoomedLogSweeper({ facts, files, journal, reserve, warn });
  await doomed.sweepAll();
  const written = await WrittenLengths.create(layout.written);
  const logs = { layout, files, journal, doomed, sync, times, written, facts, warn };
  const close = (): Promise<void> => closeParts(logs, descriptors).finally(() => lock.release());
  return new FilesStore({ ...logs, reserve, clock, damage, close }, options.logsMax);
}

type ClosedParts = 'written' | 'times' | 'sync' | 'doomed' | 'journal' | 'facts' | 'layout' | 'warn';

/** What writes to a part is closed before it. The mark comes last: it says that everything else is on the disk. */
async function closeParts(
  { written, times, sync, doomed, journal, facts, layout, warn }: Pick<FilesStoreContext, ClosedParts>,
  descriptors: DescriptorPool,
): Promise<void> {
  await written.close();
  await times.close();
  const isSynced = await sync.close();
  await descriptors.close();
  await doomed.idle();
  await journal.close();
  await facts.close();
  if (isSynced) await markCleanShutdown(layout, warn);
}

/** Reconciles the facts, the files and the journal. Nothing is changed before all of them are known to fit. */
async function reconcile(
  context: Omit<StartupRecovery, 'journal' | 'stoppedCleanly' | 'isCopy'>,
  stop: LastShutdown,
): Promise<Journal> {
  const { layout, facts, reserve, warn } = context;
  const inventory = await takeInventory(layout, facts, stop);
  const { isCopy } = inventory;
  assertFactsMatchFiles(layout, inventory, 'there');
  await extendReserve(reserve, warn);
  await facts.checkFormat();
  await removeLeftovers(layout, inventory, warn);
  await rebuildNameIndex(facts, reserve);
  const journal = await Journal.open({ layout, facts, reserve, warn });
  try {
    await recoverLogs({ ...context, journal, stoppedCleanly: stop === 'clean', isCopy });
    await removeCleanShutdownMark(layout);
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** Without the mark, the next start assumes after a reboot that bytes may be lost. */
async function markCleanShutdown(layout: Layout, warn: Warn): Promise<void> {
  await writeCleanShutdownMark(layout).catch((error) => {
    if (!isDiskFull(error))
      warn(`Noting that the store was closed in order failed: ${messageOf(error)}`, { error });
  });
}

/** The store opens on a full disk, too: its logs can be read and removed. */
async function extendReserve(reserve: FactsReserve, warn: Warn): Promise<void> {
  await reserve.extend().catch((error) => {
    if (!isDiskFull(error)) throw error;
    warn('The disk is full: streams can be read and removed, but take no bytes until there is room');
  });
}
