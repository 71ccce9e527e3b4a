import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import { isDiskFull } from '../../../lmdb/failures';
import { bootId } from '../disk/boot-id';
import { DURABILITIES, type Durability } from '../disk/durability';
import { fileFingerprint } from '../disk/file-identity';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import { noteClock } from './open-clock';

/** What a start knows about the last process. */
export interface PreviousRun {
  /**
   * same     what that process wrote is there: the machine was not rebooted since, or it synced everything and stopped gracefully
   * other    the machine was rebooted: what was written and not synced may be gone, or be zeros
   */
  readonly boot: 'same' | 'other';
  /** That of the last process. Absent: its version counted no synced bytes. */
  readonly durability: Durability | undefined;
  /** Neither the facts nor the logs are a copy, which could be older than what the last process acknowledged. */
  readonly isCertain: boolean;
  readonly stoppedCleanly: boolean;
}

interface RunContext {
  readonly layout: Layout;
  readonly facts: FactsDatabase;
  readonly reserve: FactsReserve;
  readonly clock: SteadyClock;
}

/** @param isCopy whether anything but the file of the facts shows a copy */
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
  // The kernel has all that was written, and the disk what was synced before it was acknowledged.
  const isKept = isSameBoot || durability === 'always';
  return {
    // Without a boot id, written bytes count as there: processes end more often than machines.
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

/** On a full disk that of the last process stays, or none: then the next start counts all bytes as content. */
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
