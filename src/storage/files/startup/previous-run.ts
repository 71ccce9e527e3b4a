import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import { isDiskFull } from '../../../lmdb/failures';
import { bootId } from '../disk/boot-id';
import { DURABILITIES, type Durability } from '../disk/durability';
import { fileFingerprint } from '../disk/file-identity';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import { noteClock } from './open-clock';

/** What a start knows about the process before. */
export interface PreviousRun {
  /**
   * same     what that process wrote is there: the kernel still runs under which it did, or it synced everything and stopped in order
   * other    the machine was started anew: what was written and not synced may be gone, or be zeros
   */
  readonly boot: 'same' | 'other';
  /** That of the process before. Absent: it was of a version that counted no synced bytes. */
  readonly durability: Durability | undefined;
  /** That is certain: neither the facts nor the logs are a copy, which could be older than what the process acknowledged. */
  readonly isCertain: boolean;
  readonly stoppedCleanly: boolean;
}

interface RunContext {
  readonly layout: Layout;
  readonly facts: FactsDatabase;
  readonly reserve: FactsReserve;
  readonly clock: SteadyClock;
}

/** @param isCopy whether there are other signs of a copy than the file of the facts */
export async function readPreviousRun(
  { layout, facts }: Pick<RunContext, 'layout' | 'facts'>,
  stoppedCleanly: boolean,
  isCopy: boolean,
): Promise<PreviousRun> {
  const { storeMeta } = facts;
  const boot = await bootId();
  const isSameBoot = boot !== undefined && boot === storeMeta.boot;
  const isSameFile =
    storeMeta.factsFile === undefined || storeMeta.factsFile === (await fileFingerprint(layout.facts));
  const durability = DURABILITIES[storeMeta.lengthsDurability ?? -1];
  // A kernel has all that was written, and a disk what was synced before it was acknowledged.
  const isKept = isSameBoot || durability === 'always';
  return {
    // Where the system does not say, what was written is taken to be there: a process ends more often than a machine.
    boot: stoppedCleanly || boot === undefined || isSameBoot ? 'same' : 'other',
    durability,
    isCertain: stoppedCleanly || (isKept && isSameFile && !isCopy),
    stoppedCleanly,
  };
}

/** Stores what the next start has to know of this process. */
export async function recordRun(
  { layout, facts, reserve, clock }: RunContext,
  durability: Durability,
): Promise<void> {
  const { storeMeta } = facts;
  const [boot, file] = [await bootId(), await fileFingerprint(layout.facts)];
  if (boot !== undefined && boot !== storeMeta.boot)
    await reserve.write('change', () => storeMeta.noteBoot(boot));
  if (file !== storeMeta.factsFile) await reserve.write('change', () => storeMeta.noteFactsFile(file));
  await noteClock(facts, reserve, clock);
  await noteDurability(facts, reserve, DURABILITIES.indexOf(durability));
}

/** On a full disk that of the process before stays, or none: then the next start takes all that is there for content. */
async function noteDurability(
  { storeMeta }: FactsDatabase,
  reserve: FactsReserve,
  durability: number,
): Promise<void> {
  if (storeMeta.lengthsDurability === durability) return;
  await reserve
    .write('change', () => storeMeta.noteLengthsDurability(durability))
    .catch((error) => {
      if (!isDiskFull(error)) throw error;
    });
}
