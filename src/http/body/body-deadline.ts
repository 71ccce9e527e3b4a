/** How fast a body that is read whole must arrive. */
export interface MinimumRate {
  /** How far it may fall behind `bytesPerSecond`, and so how long it may pause. */
  readonly slackMs: number;
  /** 0: only pauses count. */
  readonly bytesPerSecond: number;
}

/**
 * Ends a body that arrives too slowly. It has `slackMs`, and each byte earns its part of a second, up to `slackMs` in all.
 * So neither a body of one byte per second nor one that stops after a fast beginning holds its memory for long.
 */
export class BodyDeadline {
  readonly #minimum: MinimumRate;
  readonly #onLate: () => void;
  #deadline: number;
  #timer: NodeJS.Timeout;

  constructor(minimum: MinimumRate, onLate: () => void) {
    this.#minimum = minimum;
    this.#onLate = onLate;
    this.#deadline = performance.now() + minimum.slackMs;
    this.#timer = setTimeout(this.#check, minimum.slackMs);
  }

  received(bytes: number): void {
    const { slackMs, bytesPerSecond } = this.#minimum;
    this.#deadline = Math.min(performance.now() + slackMs, this.#deadline + (bytes * 1_000) / bytesPerSecond);
  }

  /** Call it at the end of the body. */
  end(): void {
    clearTimeout(this.#timer);
  }

  readonly #check = (): void => {
    const leftMs = this.#deadline - performance.now();
    if (leftMs <= 0) this.#onLate();
    else this.#timer = setTimeout(this.#check, leftMs);
  };
}
