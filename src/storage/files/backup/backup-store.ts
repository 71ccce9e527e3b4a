import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { LogError } from '../../../core/log/errors';
import { storeFailure } from '../../../lmdb/failures';
import { PRIVATE_DIRECTORY } from '../../../lmdb/private-mode';
import { verifyDatabase } from '../../../lmdb/verify-database';
import { syncPath } from '../disk/file-io';
import { Layout } from '../disk/layout';
import { explainPermissions } from '../disk/permissions';
import { FactsDatabase } from '../facts/facts-database';
import { assertIsFile } from '../startup/assert-file-kinds';
import { isStoreInUse } from '../startup/store-in-use';
import { CHECKSUMS, ChecksumWriter, sha256Of } from './checksums';
import { type CopiedLogs, copyLogs } from './copy-logs';
import { fillDirectory } from './fill-directory';
import { ReadOnlyDatabase, removeLockOf } from './read-only-database';
import { writeJournal } from './write-journal';

const FILLING = { unfinished: 'unfinished-backup', last: CHECKSUMS } as const;
/** Of the packet proxy, beside the logs. */
const PACKETS = ['relay', 'packets.mdb'] as const;

/**
 * Copies a store to a new directory, also while a server uses it. The copy has the facts of one moment, and of each log at least the bytes
 * that these count: it is a store that a start takes as it is.
 *
 * @throws LogError that says why it cannot be done
 */
export async function backupFilesStore(
  directory: string,
  target: string,
  print: (line: string) => void,
): Promise<CopiedLogs> {
  const layout = new Layout(directory);
  const into = resolve(target);
  if (`${into}${sep}`.startsWith(`${directory}${sep}`))
    throw new LogError('STORE_UNAVAILABLE', `The directory ${into} is inside the store`);
  try {
    await assertIsFile(layout);
    if (!existsSync(layout.facts))
      throw new LogError('STORE_UNAVAILABLE', `There is no store in ${directory}`);
    // The server has checked it. Without one, LMDB would end this process at a damaged page.
    if (!(await isStoreInUse(layout))) await verifyDatabase(layout.facts);
    let copied: CopiedLogs = { logs: 0, bytes: 0 };
    await fillDirectory(into, FILLING, async (folder) => {
      copied = await copyStore(layout, new Layout(folder), print);
    });
    return copied;
  } catch (error) {
    throw await explainPermissions(directory, storeFailure('The backup', error));
  }
}

async function copyStore(from: Layout, to: Layout, print: (line: string) => void): Promise<CopiedLogs> {
  await mkdir(to.logs, { mode: PRIVATE_DIRECTORY });
  const store = new ReadOnlyDatabase(from.facts);
  const sums = await ChecksumWriter.create(to.directory);
  const onFile = async (path: string): Promise<void> =>
    sums.add({ sha256: await sha256Of(path), path: relative(to.directory, path) });
  try {
    await store.copyTo(to.facts);
    const facts = new FactsDatabase(to.facts, true);
    let copied: CopiedLogs;
    try {
      await facts.checkFormat();
      const isThere = (generation: string): boolean => store.has('order', generation);
      copied = await copyLogs({ from, to, facts, isThere, onFile, print });
      // They are those of the moment of the copy, and the files may be longer: all of their bytes count.
      await facts.storeMeta.forgetLengths();
      await onFile(await writeJournal(to, facts));
      await facts.synced();
    } finally {
      await facts.close();
    }
    await removeLockOf(to.directory, 'loom.mdb');
    await onFile(to.facts);
    await copyPackets(from, to, onFile);
    await syncFolders(to.logs);
    return copied;
  } finally {
    await sums.close();
    await store.close();
  }
}

/** The names in a folder, and those in its folders: a synced file without a synced name is lost. */
async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncPath(join(folder, entry.name));
  await syncPath(folder);
}

/** Absent unless the packet proxy has ever kept a packet. */
async function copyPackets(from: Layout, to: Layout, onFile: (path: string) => Promise<void>): Promise<void> {
  const source = join(from.directory, ...PACKETS);
  if (!existsSync(source)) return;
  const path = join(to.directory, ...PACKETS);
  await mkdir(join(to.directory, PACKETS[0]), { mode: PRIVATE_DIRECTORY });
  const packets = new ReadOnlyDatabase(source);
  try {
    await packets.copyTo(path);
  } finally {
    await packets.close();
  }
  await onFile(path);
}
