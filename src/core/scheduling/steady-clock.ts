/** How far the system's clock may go from an even pace between two looks at it. What goes beyond is a step. Milliseconds. */
const EVEN_MS = 1_000;

/**
 * Unix milliseconds that go on at an even pace. When the clock of the system is set, by hand or after the machine was suspended, this
 * clock goes on as before, so that nothing that waits for a time is over early or late.
 *
 * Example: a stream waits 15 minutes for its producer, and the system's clock is set forward by an hour. The stream waits on.
 */
export class SteadyClock {
  #wall = Date.now();
  #monotonic = performance.now();
  #skew: number;

  /**
   * @param onStep called when the system's clock was set, with how far: forward is positive
   * @param skew of the clock whose times are still in use, such as that of the process before
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

  /** What the system's clock said at a moment of this one. */
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

/** Whether the system's clock was set, and did not just run a little faster or slower. */
export function isClockStep(byMs: number): boolean {
  return Math.abs(byMs) > EVEN_MS;
}

/** For what is measured in this process alone. */
const OF_PROCESS = new SteadyClock();

export function steadyNow(): number {
  return OF_PROCESS.now();
}
