/** A difference from an even pace that is larger than this, between two readings of the system's clock, is a step. Milliseconds. */
const EVEN_MS = 1_000;

/**
 * Unix milliseconds at an even pace. When the system's clock is set, by hand or after the machine was suspended, this clock goes on as
 * before, so that no wait ends early or late.
 *
 * Example: a stream waits 15 minutes for its producer, and the system's clock is set forward by an hour. The stream still waits 15 minutes.
 */
export class SteadyClock {
  #wall = Date.now();
  #monotonic = performance.now();
  #skew: number;

  /**
   * @param onStep called with the size of each step of the system's clock: forward is positive
   * @param skew that of an earlier clock whose times are still in use, such as that of the process before
   */
  constructor(
    private readonly onStep: (byMs: number) => void = () => {},
    skew = 0,
  ) {
    this.#skew = skew;
  }

  /** How far the system's clock is ahead of this one. */
  get skew(): number {
    return this.#skew;
  }

  /** The time of the system's clock at a moment of this one. */
  wallAt(moment: number): number {
    return moment + this.#skew;
  }

  now(): number {
    const [wall, monotonic] = [Date.now(), performance.now()];
    const step = Math.round(wall - this.#wall - (monotonic - this.#monotonic));
    this.#wall = wall;
    this.#monotonic = monotonic;
    if (isClockStep(step)) {
      this.#skew += step;
      this.onStep(step);
    }
    return wall - this.#skew;
  }
}

/** Whether the system's clock was set. A smaller difference only means that it runs a little faster or slower. */
export function isClockStep(byMs: number): boolean {
  return Math.abs(byMs) > EVEN_MS;
}

/** For times that only this process compares. */
const OF_PROCESS = new SteadyClock();

export function steadyNow(): number {
  return OF_PROCESS.now();
}
