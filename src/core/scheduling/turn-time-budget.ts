import { TurnQueue } from './turn-queue';

/** How long one turn of the event loop is spent on all work that is counted here, in milliseconds. */
const TURN_MS = 3;

let left = TURN_MS;
const turns = new TurnQueue(() => {
  left = TURN_MS;
}, hasTurnTime);

/** Whether this turn of the event loop has time left for work whose cost shows only while it is done. */
export function hasTurnTime(): boolean {
  return left > 0;
}

/** Does a small step of such work. What it takes is taken off what the turn has left. */
export function spendTurnTime(step: () => void): void {
  turns.schedule();
  const began = performance.now();
  step();
  left -= performance.now() - began;
}

/** Calls `work` in a later turn that has time. What waits goes on in the order in which it came. */
export function runWhenTime(work: () => void): void {
  turns.add(work);
}
