import { SteadyClock } from '../../core/clock';
import { messageOf } from '../../core/errors';
import { bootNumber } from './boot';
import type { Facts } from './facts';
import type { Warn } from './options';
import type { Room } from './room';

/**
 * The clock of the store. Times of it are stored, so how far the system's clock was set is stored as well, and the next process goes on
 * from there. After the machine was started anew the system's clock is taken as it is: it has been set right by then.
 */
export async function openClock(facts: Facts, room: Room, warn: Warn): Promise<SteadyClock> {
  const isSameBoot = (await bootNumber()) === facts.about.boot;
  const note = (): void => {
    room
      .write('change', () => facts.about.noteSkew(clock.skew))
      .catch((error) => warn(`Storing how far the clock was set failed: ${messageOf(error)}`, { error }));
  };
  const clock: SteadyClock = new SteadyClock(note, isSameBoot ? facts.about.skew : 0);
  return clock;
}
