import type { Match, Queues } from './queues';
import type { Waiter } from './waiter';

/** After how many looks without word from the store a side that waits is given up. */
const MISSED_MAX = 3;

/** One in so many looks goes on while an exchange runs: without any, the store would forget it. */
const IN_EXCHANGE = 30;

/**
 * Looks where a side stands, in case that news was lost, until it is stopped. Where the places can lose none, it does nothing.
 *
 * @param onPair it has been paired; told also when that is known
 * @returns stops it
 */
export function recheckRegularly(
  places: Queues,
  attendee: Waiter,
  onPair: (pair: Match) => void,
): () => void {
  const { recheckMs } = places;
  if (recheckMs === undefined) return () => {};
  let [looks, missed] = [0, 0];
  const look = async (): Promise<void> => {
    looks += 1;
    // In an exchange it is only said that somebody looks after it.
    if (attendee.transfer !== undefined && looks % IN_EXCHANGE !== 0) return;
    try {
      const standing = await places.refresh(attendee.queue, attendee.id, attendee.role);
      missed = 0;
      if (standing.kind === 'paired') onPair(standing.pair);
      else if (standing.kind === 'gone' && attendee.isWaiting) attendee.settle({ kind: 'lost' });
    } catch {
      // The store is away; the next look may succeed.
      missed += 1;
      if (missed >= MISSED_MAX && attendee.isWaiting) attendee.settle({ kind: 'lost' });
    }
  };
  const timer = setInterval(() => void look(), recheckMs).unref();
  return () => clearInterval(timer);
}
