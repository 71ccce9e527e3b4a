import { TurnQueue } from './turn-queue';

/** The most time per turn of the event loop for all work that is counted here, in milliseconds. */
const TURN_MS = 3;

let left = TURN_MS;
const turns = new TurnQueue(() => {
  left = TURN_MS;
}, hasTurnTime);

/** Whether this turn of the event loop has time left. For work whose cost is not known before it is done. */
export function hasTurnTime(): boolean {
  return left > 0;
}

/** Does a small step of such work, and subtracts its duration from the time that the turn has left. */
export function spendTurnTime(step: () => void): void {
  turns.schedule();
  const began = performance.now();
  step();
  left -= performance.now() - began;
}

/** Calls `work` in a later turn that has time. Waiting work runs in the order in which it came. */
export function runWhenTime(work: () => void): void {
  turns.add(work);
}
