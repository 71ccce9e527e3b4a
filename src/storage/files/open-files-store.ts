import { mkdir } from 'node:fs/promises';
import { messageOf } from '../../core/errors';
import type { LogStore } from '../../core/store';
import { DamageReports } from '../damage-reports';
import { Descriptors } from './descriptors';
import { DirectoryLock } from './directory-lock';
import { isNoRoom, storeFailure } from './failures';
import { makeDirectory, PRIVATE_DIRECTORY } from './file-io';
import { FilesStore } from './files-store';
import { indexNames } from './index-names';
import { Layout } from './layout';
import { LogFiles } from './log-files';
import { openClock } from './open-clock';
import { openFacts } from './open-facts';
import type { FilesStoreOptions, Warn } from './options';
import { explainPermissions, warnIfShared } from './permissions';
import { recover } from './recover';
import { removeDoomed } from './remove-doomed';
import { Room } from './room';
import { sweep } from './sweep';
import { Sync } from './sync';

/**
 * Opens the store in `directory`, and makes it when there is none. Logs that the process before left unsealed are `interrupted`
 * then, under a new epoch and with their grace beginning anew.
 *
 * @throws LogError `STORE_UNAVAILABLE` when another process uses the directory, `STORE_FULL` when not even the facts can be written.
 */
export async function openFilesStore(directory: string, options: FilesStoreOptions): Promise<LogStore> {
  try {
    await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    return await openWithLock(directory, options);
  } catch (error) {
    throw await explainPermissions(directory, error);
  }
}

async function openWithLock(directory: string, options: FilesStoreOptions): Promise<LogStore> {
  const lock = await DirectoryLock.take(directory);
  try {
    await warnIfShared(directory, options.warn);
    return await openLocked(new Layout(directory), lock, options);
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
  const { durability = 'interval', syncIntervalMs: intervalMs = 1_000, openFilesMax = 512, warn } = options;
  await makeDirectory(layout.logs);
  const facts = await openFacts(layout, lock, options);
  const room = new Room(layout, facts);
  const damage = new DamageReports(options.alarm);
  const clock = await openClock(facts, room, warn);
  try {
    await makeRoom(room, warn);
    await facts.checkFormat();
    await indexNames(facts, room);
    await recover({ layout, facts, room, warn, damage, clock });
    await removeDoomed({ facts, room, warn });
  } catch (error) {
    await facts.close();
    throw storeFailure('Opening the store', error);
  }
  const descriptors = new Descriptors(layout, openFilesMax, warn);
  const sync = new Sync(layout, descriptors, { durability, intervalMs, warn });
  const files = new LogFiles(layout, descriptors, sync, warn);
  const closing = new AbortController();
  const isKnown = (generation: string): boolean => facts.has(generation) || files.isBeingMade(generation);
  const swept = sweep(layout, isKnown, warn, closing.signal).catch((error) =>
    warn(`Looking for files without a log failed: ${messageOf(error)}`, { error }),
  );
  const close = async (): Promise<void> => {
    closing.abort();
    await swept;
    try {
      await sync.close();
      await descriptors.close();
      await facts.close();
    } finally {
      await lock.release();
    }
  };
  const logsMax = options.logsMax ?? Number.POSITIVE_INFINITY;
  return new FilesStore({ facts, files, sync, room, clock, warn, damage, close }, logsMax);
}

/** A disk that is full already must not keep the store from starting: its logs can be read, and removed. */
async function makeRoom(room: Room, warn: Warn): Promise<void> {
  await room.extend().catch((error) => {
    if (!isNoRoom(error)) throw error;
    warn('The disk is full: streams can be read and removed, but take no bytes until there is room');
  });
}
