import { TurnQueue } from './turn-queue';

/** The time per turn of the event loop for one kind of work whose cost is not known before it is done. */
export class TurnTimeBudget {
  #left: number;
  readonly #turns: TurnQueue;

  /** @param ms the most time per turn, in milliseconds */
  constructor(ms: number) {
    this.#left = ms;
    this.#turns = new TurnQueue(
      () => {
        this.#left = ms;
      },
      () => this.hasTime,
    );
  }

  /** Whether this turn of the event loop has time left. */
  get hasTime(): boolean {
    return this.#left > 0;
  }

  /** Does a small step of the work, and subtracts its duration from the time that the turn has left. */
  spend(step: () => void): void {
    this.#turns.schedule();
    const began = performance.now();
    step();
    this.#left -= performance.now() - began;
  }

  /** Calls `work` in a later turn that has time. Waiting work runs in the order in which it came. */
  whenTime(work: () => void): void {
    this.#turns.add(work);
  }
}
