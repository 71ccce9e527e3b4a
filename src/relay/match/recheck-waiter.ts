import { checkRegularly } from './check-regularly';
import type { Match, Queues } from './queues';
import type { Waiter } from './waiter';

/** During a transfer, only one check in so many is made: it keeps the store from forgetting the queue. */
const CHECKS_PER_REFRESH = 30;

/** Asks regularly for the state of a waiter, if an event may be lost. @param onMatch called while it is matched @returns stops it */
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
