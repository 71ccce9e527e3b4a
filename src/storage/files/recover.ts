import { stat, truncate } from 'node:fs/promises';
import type { SteadyClock } from '../../core/clock';
import { isAttached } from '../../core/facts';
import type { LogInfo } from '../../core/log';
import { type Loss, withLoss } from '../../core/loss';
import { advance, type Offset, START } from '../../core/offset';
import type { DamageReports } from '../damage-reports';
import { bootNumber } from './boot';
import type { Facts } from './facts';
import { isMissing } from './failures';
import type { Journal } from './journal';
import { factsEntry, isForJournal } from './journal-entry';
import type { Layout } from './layout';
import type { Warn } from './options';
import { readableFacts } from './readable-facts';
import type { Room } from './room';
import type { Step, StoredFacts } from './stored-facts';

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
}

/**
 * Brings the facts and the files together, once, before anybody uses the store. A log that was not sealed has lost its producer with
 * the last process, and its tail is where its file ends; unless that is exact in the facts, to which the file is cut then. Sealed
 * logs are not looked at, however many there are.
 */
export async function recover(recovery: Recovery): Promise<void> {
  const { facts, room, journal, damage } = recovery;
  const boot = await bootNumber();
  const isSameBoot = boot !== undefined && boot === facts.about.boot;
  const unsealed = facts.moments.unsealed();
  for (let done = 0; done < unsealed.length; done += BATCH) {
    const batch = unsealed.slice(done, done + BATCH);
    const steps = await Promise.all(
      batch.map((generation) => recoverLog(recovery, readableFacts(facts, damage, generation), isSameBoot)),
    );
    const changes = steps.filter((step) => step !== undefined);
    if (changes.length > 0) await room.write('change', () => facts.write(changes));
    const news = changes.filter(({ before, after }) => isForJournal(before, after));
    await Promise.all(news.map(({ after }) => journal.append(factsEntry(after))));
  }
  if (boot !== undefined && !isSameBoot) await room.write('change', () => facts.about.noteBoot(boot));
  // A loss whose number readers know must not be forgotten by a power cut: another one would get the same number.
  await facts.synced();
}

async function recoverLog(
  { layout, warn, clock }: Recovery,
  before: StoredFacts | undefined,
  isSameBoot: boolean,
): Promise<Required<Pick<Step, 'before' | 'after'>> | undefined> {
  if (before === undefined) return undefined;
  const { info, isExact } = before;
  const path = layout.logOf(info.generation);
  const file = await fileOf(path);
  if (isExact && file.tail > info.tail) await truncate(path, info.tail);
  const tail = isExact && file.tail > info.tail ? info.tail : file.tail;
  const updatedAt = isExact ? info.updatedAt : Math.max(info.updatedAt, file.changedAt);
  const loss = lossOf(before, tail, isSameBoot);
  if (tail < info.tail) warnOfLoss(info, tail, warn);
  const losses = loss && { losses: withLoss(info.losses, loss) };
  const facts = { ...before, info: { ...info, tail, updatedAt, ...losses } };
  const after = interrupted(facts, clock.now());
  const isAsBefore = after.info.epoch === info.epoch && tail === info.tail && loss === undefined;
  return isAsBefore ? undefined : { before, after };
}

/**
 * What a log has lost that is found to end at `tail`. Bytes of an attached producer are counted by the file alone, and what the kernel
 * had yet to write is gone with it: then there may have been more than the facts say.
 */
function lossOf(before: StoredFacts, tail: Offset, isSameBoot: boolean): Omit<Loss, 'number'> | undefined {
  const counted = before.info.tail;
  if (tail < counted) return { from: tail, to: counted, at: Date.now() };
  return isAttached(before) || !isSameBoot ? { from: tail, to: tail, at: Date.now() } : undefined;
}

/** A log that nobody but commits ever wrote to waits for the next one as before. */
function interrupted(facts: StoredFacts, now: number): StoredFacts {
  const { info, graceMs } = facts;
  if (graceMs === undefined) return facts;
  // Whoever wrote before must not go on where another may have attached meanwhile.
  const recovered = { ...info, state: 'interrupted' as const, epoch: info.epoch + 1 };
  return { ...facts, info: recovered, deadline: now + graceMs };
}

function warnOfLoss({ id, generation, tail }: LogInfo, found: Offset, warn: Warn): void {
  warn(`Stream ${id} lost the bytes ${found} to ${tail}, which had been acknowledged`, {
    id,
    generation,
    from: found,
    to: tail,
  });
}

/** A log that never had a byte has no file. */
async function fileOf(path: string): Promise<{ tail: Offset; changedAt: number }> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { tail: advance(START, size), changedAt: Math.floor(mtimeMs) };
  } catch (error) {
    if (isMissing(error)) return { tail: START, changedAt: 0 };
    throw error;
  }
}
