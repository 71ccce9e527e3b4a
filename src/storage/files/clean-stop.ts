import { open, readFile, unlink } from 'node:fs/promises';
import { snapshotOf } from '../../lmdb/snapshot';
import { isMissing } from './failures';
import { PRIVATE_FILE, syncDirectory } from './file-io';
import { identityOf } from './identity';
import type { Layout } from './layout';

/**
 * A file that says of the facts beside it: the process that wrote to them last has stopped in order, and all that it had acknowledged was
 * on the disk by then. A start that finds it need not fear that the machine has lost anything since.
 *
 * A mark that is wrong would hide a loss. Three things keep it right:
 *
 * - It is written after the last sync, when nothing is written any more, and it is removed before a store takes its first byte. Both are on
 *   the disk before anything else happens.
 * - It holds for one state of one file: inode, time of creation, time of the last change and last transaction of `loom.mdb`. Another
 *   `loom.mdb`, or an older one, does not fit it, and neither does one that was written to since.
 * - Half a mark fits nothing.
 */
export async function noteCleanStop(layout: Layout): Promise<void> {
  const mark = await open(layout.cleanStop, 'w', PRIVATE_FILE);
  try {
    await mark.writeFile(await stateOf(layout.facts, 'synced'));
    await mark.sync();
  } finally {
    await mark.close();
  }
  await syncDirectory(layout.directory);
}

/** To be asked before the facts are opened, which may change them. Never throws. */
export async function wasStoppedCleanly({ cleanStop, facts }: Layout): Promise<boolean> {
  const mark = await readFile(cleanStop, 'latin1').catch(() => undefined);
  return mark !== undefined && mark === (await stateOf(facts, 'as it is').catch(() => undefined));
}

/** To be awaited before the first byte is taken. It syncs also where there is no mark: a process may have died between the two steps. */
export async function forgetCleanStop({ cleanStop, directory }: Layout): Promise<void> {
  await unlink(cleanStop).catch((error) => {
    if (!isMissing(error)) throw error;
  });
  await syncDirectory(directory);
}

async function stateOf(path: string, how: 'synced' | 'as it is'): Promise<string> {
  const file = await open(path, 'r');
  try {
    // With its times, which LMDB leaves to the kernel.
    if (how === 'synced') await file.sync();
    const { transaction } = await snapshotOf(file);
    const found = await file.stat({ bigint: true });
    return `${identityOf(found)} ${found.ctimeNs} ${transaction}\n`;
  } finally {
    await file.close();
  }
}
