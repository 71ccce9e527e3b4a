import { open, readFile, stat } from 'node:fs/promises';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { readSnapshot } from '../../../lmdb/snapshot';
import { fileIdentityOf } from '../disk/file-identity';
import { syncPath, unlinkIfExists } from '../disk/file-io';
import type { Layout } from '../disk/layout';

/**
 * A file that proves of the facts beside it: the process that last wrote to them stopped gracefully, and all that it had acknowledged was
 * on the disk by then. A start that finds the file knows that a reboot lost nothing.
 *
 * A wrong mark would hide a loss. Three things keep it right:
 *
 * - It is written after the last sync, when nothing is written any more, and removed before a store takes its first byte. Both are on the
 *   disk before anything else happens.
 * - It is valid for one state of one file: inode, times and last transaction of `loom.mdb`. Another `loom.mdb`, an older one, or one that
 *   was written to since does not match. One with an earlier transaction is from before the stop. As long as the mark is the very file
 *   that the stop made, and not a copy, another owner, name or mode of `loom.mdb` does not matter.
 * - Half a mark matches nothing.
 */
export async function writeCleanShutdownMark(layout: Layout): Promise<void> {
  const mark = await open(layout.cleanShutdown, 'w', PRIVATE_FILE);
  try {
    await mark.writeFile(
      textOf(await stateOf(layout.facts, 'synced'), fileIdentityOf(await mark.stat({ bigint: true }))),
    );
    await mark.sync();
  } finally {
    await mark.close();
  }
  await syncPath(layout.directory);
}

/**
 * What is known of the facts before they are opened.
 *
 * clean    they are as they were when the last process stopped gracefully
 * older    they are from before that stop
 * changed  they are another file than at the stop, or another program has changed them. They may be a copy, which
 *          is as old as the bytes that it was copied with
 * unknown  none of this. For example, the last process was killed
 */
export type LastShutdown = 'clean' | 'older' | 'changed' | 'unknown';

/** Called before the facts are opened, which may change them. Never throws. */
export async function readLastShutdown({ cleanShutdown, facts }: Layout): Promise<LastShutdown> {
  const text = await readFile(cleanShutdown, 'latin1').catch(() => undefined);
  const found = await stateOf(facts, 'as it is').catch(() => undefined);
  if (found === undefined) return 'unknown';
  const mark = MARK.exec(text ?? '')?.groups;
  if (
    mark !== undefined &&
    text === textOf({ ...found, changedAt: BigInt(mark.changedAt ?? 0) }, mark.own ?? '')
  ) {
    const own = await stat(cleanShutdown, { bigint: true }).then(fileIdentityOf, () => undefined);
    if (mark.own === own || mark.changedAt === String(found.changedAt)) return 'clean';
  }
  // A write changes both times of a file. A copy over a file sets one of them to that of the original.
  const isUntouched = found.changedAt === found.writtenAt;
  if (mark === undefined) return isUntouched ? 'unknown' : 'changed';
  const transactions = found.transaction - BigInt(mark.transaction ?? 0);
  if (transactions < 0n) return 'older';
  // A start that was killed before it removed the mark wrote to the file.
  const isOfStart = mark.identity === found.identity && transactions > 0n && isUntouched;
  return isOfStart ? 'unknown' : 'changed';
}

/** Awaited before the first byte is taken. It syncs even if there is no mark: a process may have died between the two steps. */
export async function removeCleanShutdownMark({ cleanShutdown, directory }: Layout): Promise<void> {
  await unlinkIfExists(cleanShutdown);
  await syncPath(directory);
}

const MARK = /^(?<identity>\d+ \d+) (?<changedAt>\d+) \d+ (?<transaction>\d+) (?<own>\d+ \d+)\n$/;

interface State {
  readonly identity: string;
  readonly transaction: bigint;
  /** The last change of the file's bytes or attributes, and the last change of its bytes. Nanoseconds. */
  readonly changedAt: bigint;
  readonly writtenAt: bigint;
}

/** @param own identity of the mark file */
function textOf({ identity, changedAt, writtenAt, transaction }: State, own: string): string {
  return `${identity} ${changedAt} ${writtenAt} ${transaction} ${own}\n`;
}

async function stateOf(path: string, how: 'synced' | 'as it is'): Promise<State> {
  const file = await open(path, 'r');
  try {
    // With its times, which LMDB leaves to the kernel.
    if (how === 'synced') await file.sync();
    const { transaction } = await readSnapshot(file);
    const found = await file.stat({ bigint: true });
    return {
      identity: fileIdentityOf(found),
      transaction,
      changedAt: found.ctimeNs,
      writtenAt: found.mtimeNs,
    };
  } finally {
    await file.close();
  }
}
