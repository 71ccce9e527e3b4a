/** Who has served for so long has not died of its start. Milliseconds. */
const STEADY_MS = 30_000;

const FIRST_MS = 200;
const LONGEST_MS = 10_000;

/** How long a worker that died waits for its replacement: nothing at first, then longer and longer while they die young. */
export class RestartDelay {
  #diedYoung = 0;

  /** @returns milliseconds */
  after(livedMs: number): number {
    this.#diedYoung = livedMs < STEADY_MS ? this.#diedYoung + 1 : 1;
    return this.#diedYoung === 1 ? 0 : Math.min(FIRST_MS * 2 ** (this.#diedYoung - 2), LONGEST_MS);
  }
}
