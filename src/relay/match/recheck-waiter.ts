import { checkRegularly } from './check-regularly';
import type { Match, Queues } from './queues';
import type { Waiter } from './waiter';

/** During a transfer, only one check in so many is made: it keeps the store from forgetting the queue. */
const CHECKS_PER_REFRESH = 30;

/**
 * Asks for the state of a waiter regularly, in case an event was lost. Does nothing if the queues lose none.
 *
 * @param onMatch the waiter is matched; called again while it is
 * @returns stops it
 */
export function recheckWaiter(queues: Queues, waiter: Waiter, onMatch: (match: Match) => void): () => void {
  if (queues.recheckMs === undefined) return () => {};
  let checks = 0;
  const check = async (): Promise<boolean> => {
    checks += 1;
    if (waiter.transfer !== undefined && checks % CHECKS_PER_REFRESH !== 0) return true;
    const state = await queues.refresh(waiter.queue, waiter.id, waiter.role);
    if (state.kind === 'matched') onMatch(state.match);
    return state.kind !== 'gone';
  };
  return checkRegularly(queues.recheckMs, check, () => {
    if (waiter.isWaiting) waiter.settle({ kind: 'lost' });
  });
}
