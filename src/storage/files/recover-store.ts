import { stat } from 'node:fs/promises';
import { errorCodeOf, LogError, messageOf } from '../../core/log/errors';
import { DamageReports } from '../../core/store/damage-reports';
import { storeFailure } from '../../lmdb/failures';
import { isMissing } from './disk/failures';
import { makeDirectory, syncPath } from './disk/file-io';
import { Layout } from './disk/layout';
import { explainPermissions } from './disk/permissions';
import { FactsDatabase } from './facts/facts-database';
import { FactsReserve } from './facts/facts-reserve';
import { rebuildNameIndex } from './facts/rebuild-name-index';
import { Journal } from './journal/journal';
import type { JournalEntry } from './journal/journal-entry';
import { readJournal } from './journal/journal-segments';
import { type QuarantinedFacts, quarantineIfDamaged, readQuarantinedFacts } from './recovery/quarantine';
import type { RecoveryContext } from './recovery/recovery-context';
import { replayJournal } from './recovery/replay-journal';
import { restoreOrphans } from './recovery/restore-orphans';
import { assertNoMissingFolders } from './startup/assert-facts-match';
import { assertFileKinds, assertFileKindsInLogs, assertIsFile } from './startup/assert-file-kinds';
import { type LastShutdown, readLastShutdown, removeCleanShutdownMark } from './startup/clean-shutdown';
import { DirectoryLock } from './startup/directory-lock';
import { type Inventory, type Orphan, takeInventory } from './startup/inventory';
import { openClock } from './startup/open-clock';
import { recoverLogs, type UnsyncedLogs } from './startup/recover-logs';
import { removeLeftovers } from './startup/remove-leftovers';

/**
 * Brings back the streams that the facts do not know, without a server. It removes no file of a stream, and may be run again.
 * @throws LogError that says why it cannot be done
 */
export async function recoverFilesStore(directory: string, print: RecoveryContext['print']): Promise<void> {
  const layout = new Layout(directory);
  try {
    await assertFileKinds(layout);
    await assertIsFile(layout);
    if (!(await isThere(layout.facts)) && !(await isThere(layout.logs)))
      throw new LogError('STORE_UNAVAILABLE', `There is no store in ${directory}`);
    const lock = await DirectoryLock.take(layout);
    try {
      await recoverLocked(layout, lock, print);
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw await explainPermissions(directory, storeFailure('Recovering', error));
  }
}

/** Throws where that cannot be determined, as in a directory of another user. */
async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error) || errorCodeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

async function recoverLocked(
  layout: Layout,
  lock: DirectoryLock,
  print: RecoveryContext['print'],
): Promise<void> {
  await makeDirectory(layout.logs);
  await assertFileKindsInLogs(layout);
  await lock.assertJournalIsFree();
  const stop = await readLastShutdown(layout);
  const quarantined = await quarantineIfDamaged(layout);
  if (quarantined !== undefined) {
    print(
      `${layout.facts} is damaged: ${quarantined.reason}. It is now ${quarantined.path}; ${quarantined.facts.length} streams in it can be read`,
    );
  }
  await lock.add(layout.facts);
  const facts = new FactsDatabase(layout.facts, false);
  try {
    const reserve = new FactsReserve(layout, facts);
    await reserve.extend();
    await facts.checkFormat();
    await rebuildNameIndex(facts, reserve);
    const clock = await openClock(facts, reserve, print);
    await reconcile(
      { layout, facts, reserve, clock, print },
      quarantined,
      quarantined === undefined ? stop : 'unknown',
    );
    await facts.synced();
    // The mark may be about other facts.
    await removeCleanShutdownMark(layout);
  } finally {
    await facts.close();
  }
}

async function reconcile(
  context: RecoveryContext,
  quarantined: QuarantinedFacts | undefined,
  stop: LastShutdown,
): Promise<void> {
  const { layout, facts, reserve, print } = context;
  const lines = await readJournal(layout);
  const inventory = await takeInventory(layout, facts, stop);
  assertNoMissingFolders(layout, inventory);
  const { isOlder, isCopy } = inventory;
  // Always: a recovery that is interrupted may leave no other sign.
  if (isOlder) {
    print(
      `${layout.facts} is older than the streams: what came later is taken from the journal and the files`,
    );
    await facts.storeMeta.noteJournal(0);
  }
  const changed = isOlder ? await replayJournal(context, lines) : [];
  const { entries, count } = await restoreOrphans(
    context,
    await orphansOf(context, inventory, lines, quarantined),
  );
  // From here on the facts are as new as the files. Not earlier: the next start must see that a recovery was interrupted.
  const journal = await Journal.open({ layout, facts, reserve, warn: print });
  try {
    await Promise.all([...changed, ...entries].map((entry) => journal.append(entry)));
    // The synced lengths of older facts are too short for newer files: all bytes count.
    await facts.storeMeta.forgetLengths();
    const unsynced: UnsyncedLogs = new Map();
    await recoverLogs({
      ...context,
      journal,
      warn: print,
      damage: new DamageReports(print),
      unsynced,
      stoppedCleanly: stop === 'clean' && !isOlder,
      isCopy,
      durability: 'interval',
    });
    for (const generation of unsynced.keys()) await syncLog(layout.logOf(generation), print);
  } finally {
    await journal.close();
  }
  await removeLeftovers(layout, inventory, print);
  print(
    count === 0 ? 'No stream was missing' : `Brought back ${count} ${count === 1 ? 'stream' : 'streams'}`,
  );
}

/** The next process may then count its bytes as synced. */
async function syncLog(path: string, print: RecoveryContext['print']): Promise<void> {
  await syncPath(path).catch((error) => print(`Syncing ${path} failed: ${messageOf(error)}`));
}

/** The orphans with all that is known of them, and those that only the damaged file has. */
async function orphansOf(
  { layout, facts }: RecoveryContext,
  { orphans }: Inventory,
  lines: ReadonlyMap<string, JournalEntry>,
  quarantined: QuarantinedFacts | undefined,
): Promise<readonly Orphan[]> {
  const found = new Map(orphans.map((orphan) => [orphan.generation, orphan]));
  for (const salvaged of quarantined?.facts ?? []) {
    const { generation } = salvaged.info;
    const line = lines.get(generation)?.kind ?? 'facts';
    if (facts.has(generation) || line !== 'facts') continue;
    const { hasFile = false, facts: known } = found.get(generation) ?? {};
    // The damaged file is the later of the two, unless it fell back to an earlier snapshot.
    const latest = known?.info.state === 'closed' ? known : salvaged;
    found.set(generation, { generation, hasFile, facts: latest });
  }
  const unknown = [...found.values()].filter((orphan) => orphan.facts === undefined);
  for (const salvaged of unknown.length > 0 ? await readQuarantinedFacts(layout) : []) {
    const orphan = found.get(salvaged.info.generation);
    if (orphan !== undefined && orphan.facts === undefined)
      found.set(orphan.generation, { ...orphan, facts: salvaged });
  }
  return [...found.values()];
}
