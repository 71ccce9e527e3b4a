/** How fast a body must come that is taken in whole. */
export interface MinimumRate {
  /** How far it may fall behind `bytesPerSecond`, and so how long nothing may come at all. */
  readonly slackMs: number;
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
  readonly #pace: MinimumRate;
  readonly #onLate: () => void;
  #at: number;
  #timer: NodeJS.Timeout;

  constructor(pace: MinimumRate, onLate: () => void) {
    this.#pace = pace;
    this.#onLate = onLate;
    this.#at = performance.now() + pace.slackMs;
    this.#timer = setTimeout(this.#look, pace.slackMs);
  }

  received(bytes: number): void {
    const { slackMs, bytesPerSecond } = this.#pace;
    this.#at = Math.min(performance.now() + slackMs, this.#at + (bytes * 1_000) / bytesPerSecond);
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
