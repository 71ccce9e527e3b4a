/** A difference from an even pace that is larger than this, between two readings of the system's clock, is a step. Milliseconds. */
const EVEN_MS = 1_000;

/** Unix milliseconds at an even pace. When the system's clock is set, by hand or after a suspend, no wait ends early or late. */
export class SteadyClock {
  #wall = Date.now();
  #monotonic = performance.now();
  #skew: number;

  /** @param onStep called with each step of the system's clock: forward is positive @param skew of a clock whose times are in use */
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
