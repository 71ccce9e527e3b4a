import { truncate } from 'node:fs/promises';
import { errorCodeOf } from '../../../core/log/errors';
import type { LogInfo, LogRef } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { Warn } from '../../../core/store/warnings';
import { isDiskFull } from '../../../lmdb/failures';
import { endOfNonZeroBytes, trimFile } from '../bytes/trim-file';
import { endOfWholeMessages } from '../bytes/whole-messages';
import { isUnreadable } from '../disk/failures';
import type { Layout } from '../disk/layout';
import type { StoredFacts } from '../facts/stored-facts';
import type { SyncedLength } from '../facts/synced-lengths';
import type { PreviousRun } from './previous-run';

/** Why bytes at the end of a file do not count, for the sentence in a warning. */
const UNCERTAIN = 'are not certain to have been acknowledged';
const HALF = 'are a part of a message';

interface TrimContext {
  readonly layout: Layout;
  readonly warn: Warn;
  readonly previousRun: PreviousRun;
}

/**
 * Determines how much of an open log's file counts, and cuts off the rest. A power cut may leave a file longer than what was
 * acknowledged: a file system may store the new length and not the bytes, which then read as zeros.
 *
 * - Synced bytes count, if they are there. So do the bytes that the facts count, unless a reboot may have lost them.
 * - Beyond that, after a power cut with the durability `interval`, nothing is certain and nothing counts.
 * - Otherwise bytes beyond that count, except zeros at the end. The facts know of content that ends in zeros (`mayEndInZeros`).
 * - Of a JSON log, half a message at the end does not count.
 *
 * @returns where the log ends
 */
export async function trimUnacknowledged(
  context: TrimContext,
  facts: StoredFacts,
  size: Offset,
  synced: SyncedLength | undefined,
): Promise<Offset> {
  const { info, isExact } = facts;
  const path = context.layout.logOf(info.generation);
  // Bytes beyond an exact tail do not count: they are a commit that a crash cut off, or bytes that the log once lost.
  const most = isExact === true ? Math.min(size, info.tail) : size;
  try {
    const counts = await endOf(context.previousRun, path, {
      isExact: isExact === true,
      counted: info.tail,
      most,
      synced,
    });
    const end = mayEndInMessage(info, isExact, counts)
      ? await endOfWholeMessages(info, path, counts)
      : advance(START, counts);
    if (end < size) await cut(context, facts, [end, size], end < counts ? HALF : UNCERTAIN);
    return end;
  } catch (error) {
    if (!isUnreadable(error) || isDiskFull(error)) throw error;
    // The store opens all the same. A reader of this log gets an error.
    context.warn(`Stream ${info.id}: its file cannot be looked at (${errorCodeOf(error)})`, {
      ...refOf(info),
      error,
    });
    return advance(START, most);
  }
}

function refOf({ id, generation }: LogInfo): LogRef {
  return { id, generation };
}

/** A log that ends where a commit left it ends with a whole message. So a start need not read the files of all logs. */
function mayEndInMessage({ tail, losses }: LogInfo, isExact: true | undefined, end: number): boolean {
  return end < tail || isExact !== true || losses !== undefined;
}

interface Bounds {
  readonly isExact: boolean;
  /** How many bytes the facts count. */
  readonly counted: number;
  /** The most bytes that can count. */
  readonly most: number;
  readonly synced: SyncedLength | undefined;
}

async function endOf(
  { boot, durability }: PreviousRun,
  path: string,
  { isExact, counted, most, synced = { bytes: 0, mayEndInZeros: false } }: Bounds,
): Promise<number> {
  const isLossy = boot === 'other' && durability !== 'always';
  const certain = Math.min(most, isLossy ? synced.bytes : Math.max(synced.bytes, counted));
  if (most === certain || durability === undefined || (isExact && boot === 'same')) return most;
  if (!isExact && boot === 'other' && durability === 'interval') return certain;
  return synced.mayEndInZeros ? most : endOfNonZeroBytes(path, certain, most);
}

async function cut(
  context: TrimContext,
  facts: StoredFacts,
  [from, to]: readonly [from: number, to: number],
  why: string,
): Promise<void> {
  const { id, generation } = facts.info;
  const path = context.layout.logOf(generation);
  const files = context.layout.cutsOf(generation, from);
  const { how, ...kept } = await trimFile(path, from, to, files).then(describeRest, async (error) => {
    if (!isDiskFull(error) || !wasNeverAcknowledged(context.previousRun, facts)) throw error;
    await truncate(path, from);
    return { how: 'were cut off, because the disk has no room to keep them' };
  });
  const what = `Stream ${id}: the bytes ${from} to ${to} of its file ${why}`;
  context.warn(`${what}; they ${how}`, { id, generation, from, to, ...kept });
}

function describeRest(file: string | undefined): { readonly how: string; readonly file?: string } {
  return file === undefined
    ? { how: 'were zeros, and were cut off' }
    : { how: `were moved to ${file}`, file };
}

/** Bytes beyond an exact tail are of an interrupted commit, unless it was once further on. On a full disk only: else all are kept. */
function wasNeverAcknowledged({ isCertain }: PreviousRun, { info, isExact }: StoredFacts): boolean {
  return isCertain && isExact === true && info.losses === undefined;
}
