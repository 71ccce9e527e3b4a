import { stat } from 'node:fs/promises';
import type { SteadyClock } from '../../core/clock';
import { isAttached } from '../../core/facts';
import type { LogInfo } from '../../core/log';
import { type Loss, withLoss } from '../../core/loss';
import { advance, type Offset, START } from '../../core/offset';
import type { DamageReports } from '../damage-reports';
import { bootNumber } from './boot';
import type { Facts } from './facts';
import { isMissing, isNoRoom } from './failures';
import { lastBeat } from './heartbeat';
import type { Journal } from './journal';
import { factsEntry, isForJournal } from './journal-entry';
import type { Layout } from './layout';
import { DURABILITIES, type Durability, type Warn } from './options';
import { readableFacts } from './readable-facts';
import type { Room } from './room';
import { type Standing, settleFile } from './settle-file';
import type { Step, StoredFacts } from './stored-facts';
import type { SyncedLength } from './synced-lengths';

/** Small enough that no transaction needs more room than is kept for one. */
const BATCH = 32;

export interface Recovery {
  readonly layout: Layout;
  readonly facts: Facts;
  readonly room: Room;
  readonly journal: Journal;
  readonly warn: Warn;
  readonly damage: DamageReports;
  readonly clock: SteadyClock;
  /** From now on. */
  readonly durability: Durability;
  /** Is filled. */
  readonly unsynced: Unsynced;
}

interface Recovering extends Recovery {
  readonly standing: Standing;
  /** All that the process before had written is there, whether it was synced or not. */
  readonly isSameBoot: boolean;
  /** The process before was still running then. */
  readonly aliveAt: number;
}

/** Logs of which the process before has written more than it has synced, and where they end. */
export type Unsynced = Map<string, Offset>;

/**
 * Brings the facts and the files together, once, before anybody uses the store. A log that was not sealed has lost its producer with
 * the last process, and its tail is where its file ends; unless that is exact in the facts, to which the file is cut then. Sealed
 * logs are not looked at, however many there are.
 */
export async function recover(recovery: Recovery): Promise<void> {
  const { facts, room, journal, damage, durability, layout } = recovery;
  const boot = await bootNumber();
  const isSameBoot = boot !== undefined && boot === facts.about.boot;
  // Where the system does not say, what was written is taken to be there: a process ends more often than a machine.
  const standing: Standing = {
    boot: boot === undefined || isSameBoot ? 'same' : 'other',
    durability: DURABILITIES[facts.about.lengthsFor ?? -1],
  };
  const recovering = { ...recovery, standing, isSameBoot, aliveAt: await lastBeat(layout.heartbeat) };
  const unsealed = facts.moments.unsealed();
  for (let done = 0; done < unsealed.length; done += BATCH) {
    const batch = unsealed.slice(done, done + BATCH);
    const steps = await Promise.all(
      batch.map((generation) => recoverLog(recovering, readableFacts(facts, damage, generation))),
    );
    const changes = steps.filter((step) => step !== undefined);
    if (changes.length > 0) await room.write('change', () => facts.write(changes));
    const news = changes.filter(({ before, after }) => isForJournal(before, after));
    await Promise.all(news.map(({ after }) => journal.append(factsEntry(after))));
  }
  if (boot !== undefined && !isSameBoot) await room.write('change', () => facts.about.noteBoot(boot));
  await noteDurability(facts, room, DURABILITIES.indexOf(durability));
  // A loss whose number readers know must not be forgotten by a power cut: another one would get the same number.
  await facts.synced();
}

/** On a full disk that of the process before stays, or none: then the next start takes all that is there for content. */
async function noteDurability(facts: Facts, room: Room, durability: number): Promise<void> {
  if (facts.about.lengthsFor === durability) return;
  await room
    .write('change', () => facts.about.noteLengthsFor(durability))
    .catch((error) => {
      if (!isNoRoom(error)) throw error;
    });
}

async function recoverLog(
  { layout, warn, clock, facts: stored, standing, unsynced, isSameBoot, aliveAt }: Recovering,
  before: StoredFacts | undefined,
): Promise<(Step & Required<Pick<Step, 'before' | 'after'>>) | undefined> {
  if (before === undefined) return undefined;
  const { info, isExact } = before;
  const file = await fileOf(layout.logOf(info.generation));
  const known = stored.lengths.get(info.generation);
  const tail = await settleFile({ layout, warn, standing }, before, file.tail, known);
  if (standing.boot === 'same' && tail > (known?.bytes ?? (isExact ? tail : 0)))
    unsynced.set(info.generation, tail);
  const updatedAt = isExact ? info.updatedAt : Math.max(info.updatedAt, file.changedAt);
  const counted = countedOf(before, known);
  const isWhole = isSameBoot && (!isAttached(before) || (tail === file.tail && file.touchedAt < aliveAt));
  const loss = lossOf(tail, counted, isWhole);
  if (tail < counted) warnOfLoss(info, tail, counted, warn);
  const losses = loss && { losses: withLoss(info.losses, loss) };
  const facts = { ...before, info: { ...info, tail, updatedAt, ...losses } };
  const after = interrupted(facts, clock.now());
  const isAsBefore = after.info.epoch === info.epoch && tail === info.tail && loss === undefined;
  return isAsBefore ? undefined : { before, after, ...syncedAt(standing, tail, known) };
}

/** How many bytes are known to have been acknowledged. With an exact tail, bytes that were synced need not have been. */
function countedOf({ info, isExact }: StoredFacts, known: SyncedLength | undefined): Offset {
  if (isExact || known === undefined || !Number.isSafeInteger(known.bytes + 1)) return info.tail;
  return advance(START, Math.max(info.tail, known.bytes));
}

function syncedAt(
  { boot, durability }: Standing,
  tail: Offset,
  known: SyncedLength | undefined,
): Pick<Step, 'synced'> {
  if (boot === 'other' || durability === undefined) return { synced: tail };
  return known === undefined ? {} : { synced: Math.min(known.bytes, tail) };
}

/**
 * What a log has lost that is found to end at `tail`. Bytes of an attached producer are counted by the file alone, and what the kernel
 * had yet to write is gone with it: then there may have been more than is counted.
 *
 * @param isWhole that is impossible, because the same kernel still runs and nobody but the last process can have changed the file:
 *   readers are not to be disturbed each time that a process is killed
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
  /** When anything of it was last changed, a copy included. */
  readonly touchedAt: number;
}

/** A log that never had a byte has no file. What is there and no file has none of its bytes. */
async function fileOf(path: string): Promise<FoundFile> {
  try {
    const found = await stat(path);
    return {
      tail: advance(START, found.isFile() ? found.size : 0),
      changedAt: Math.floor(found.mtimeMs),
      touchedAt: found.ctimeMs,
    };
  } catch (error) {
    if (isMissing(error)) return { tail: START, changedAt: 0, touchedAt: Number.POSITIVE_INFINITY };
    throw error;
  }
}
