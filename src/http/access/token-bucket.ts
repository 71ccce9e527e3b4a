/** A rate: so many units per second, and a second of them at once (a minute of them, if there are fewer). It may be overdrawn. */
export class TokenBucket {
  #level: number;
  #at = performance.now();

  /** @param burst how many units may be taken at once after a pause */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.#level = burst;
  }

  /** Takes units in any case. @returns after how many milliseconds no debt is left */
  take(units: number): number {
    this.#refill();
    this.#level -= units;
    return this.debtMs;
  }

  /** Takes one unit if there is one. @returns after how many milliseconds there is one; 0 if it was taken */
  tryTake(): number {
    this.#refill();
    if (this.#level < 1) return ((1 - this.#level) / this.perSecond) * 1_000;
    this.#level -= 1;
    return 0;
  }

  /** After how many milliseconds no debt is left. */
  get debtMs(): number {
    this.#refill();
    return Math.max(0, (-this.#level / this.perSecond) * 1_000);
  }

  #refill(): void {
    const now = performance.now();
    this.#level = Math.min(this.burst, this.#level + ((now - this.#at) / 1_000) * this.perSecond);
    this.#at = now;
  }
}
