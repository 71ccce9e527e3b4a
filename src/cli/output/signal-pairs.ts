/** Process groups, `timeout` and npm send a signal twice. */
const PAIR_MS = 500;

/** Recognizes a signal that repeats the one before it. */
export class SignalPairs {
  #last = Number.NEGATIVE_INFINITY;

  /** @returns whether the signal of this moment is one of its own */
  isNew(): boolean {
    const now = performance.now();
    if (now - this.#last < PAIR_MS) return false;
    this.#last = now;
    return true;
  }
}
