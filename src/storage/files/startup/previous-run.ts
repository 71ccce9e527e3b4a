import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import { bootNumber } from '../disk/boot-id';
import { DURABILITIES, type Durability } from '../disk/durability';
import { isNoRoom } from '../disk/failures';
import { fileNumber } from '../disk/file-identity';
import type { Layout } from '../disk/layout';
import type { Room } from '../facts/disk-reserve';
import type { Facts } from '../facts/facts-database';
import { noteClock } from './open-clock';

/** What a start knows about the process before. */
export interface Standing {
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

interface StandingParts {
  readonly layout: Layout;
  readonly facts: Facts;
  readonly room: Room;
  readonly clock: SteadyClock;
}

/** @param isCopy whether there are other signs of a copy than the file of the facts */
export async function standingOf(
  { layout, facts }: Pick<StandingParts, 'layout' | 'facts'>,
  stoppedCleanly: boolean,
  isCopy: boolean,
): Promise<Standing> {
  const { about } = facts;
  const boot = await bootNumber();
  const isSameBoot = boot !== undefined && boot === about.boot;
  const isSameFile = about.file === undefined || about.file === (await fileNumber(layout.facts));
  const durability = DURABILITIES[about.lengthsFor ?? -1];
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
export async function noteStanding(
  { layout, facts, room, clock }: StandingParts,
  durability: Durability,
): Promise<void> {
  const { about } = facts;
  const [boot, file] = [await bootNumber(), await fileNumber(layout.facts)];
  if (boot !== undefined && boot !== about.boot) await room.write('change', () => about.noteBoot(boot));
  if (file !== about.file) await room.write('change', () => about.noteFile(file));
  await noteClock(facts, room, clock);
  await noteDurability(facts, room, DURABILITIES.indexOf(durability));
}

/** On a full disk that of the process before stays, or none: then the next start takes all that is there for content. */
async function noteDurability({ about }: Facts, room: Room, durability: number): Promise<void> {
  if (about.lengthsFor === durability) return;
  await room
    .write('change', () => about.noteLengthsFor(durability))
    .catch((error) => {
      if (!isNoRoom(error)) throw error;
    });
}
