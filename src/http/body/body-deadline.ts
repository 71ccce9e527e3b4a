/** How fast a body must come that is taken in whole. */
export interface Pace {
  /** How far it may fall behind `bytesPerSecond`, and so how long nothing may come at all. */
  readonly patienceMs: number;
  /** 0: only pauses count. */
  readonly bytesPerSecond: number;
}

/**
 * Ends a body that comes too slowly. It begins with `patienceMs` of time, and each byte earns its part of a second, but never more than
 * `patienceMs` in all: neither a body of one byte per second nor one that stops being fast holds its memory for long.
 *
 * A body that comes in one go costs one timer, and each piece an addition.
 */
export class BodyDeadline {
  readonly #pace: Pace;
  readonly #onLate: () => void;
  #at: number;
  #timer: NodeJS.Timeout;

  constructor(pace: Pace, onLate: () => void) {
    this.#pace = pace;
    this.#onLate = onLate;
    this.#at = performance.now() + pace.patienceMs;
    this.#timer = setTimeout(this.#look, pace.patienceMs);
  }

  came(bytes: number): void {
    const { patienceMs, bytesPerSecond } = this.#pace;
    this.#at = Math.min(performance.now() + patienceMs, this.#at + (bytes * 1_000) / bytesPerSecond);
  }

  /** To be called when the body is over. */
  end(): void {
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    const left = this.#at - performance.now();
    if (left <= 0) this.#onLate();
    else this.#timer = setTimeout(this.#look, left);
  };
}
