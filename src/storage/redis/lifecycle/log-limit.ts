const FRESH_MS = 1_000;

/**
 * Whether there are as many logs as there may be. Counting asks every partition, so a count is used for a second, together with what
 * this node has created since; before a creation is refused, it is counted again.
 */
export class LogLimit {
  #counted = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #createdSince = 0;

  constructor(
    private readonly logsMax: number,
    private readonly count: () => Promise<number>,
  ) {}

  async isReached(): Promise<boolean> {
    if (this.logsMax === Number.POSITIVE_INFINITY) return false;
    const isStale = performance.now() - this.#countedAt > FRESH_MS;
    if (isStale || this.#isFull()) {
      this.#createdSince = 0;
      this.#countedAt = performance.now();
      this.#counted = await this.count();
    }
    return this.#isFull();
  }

  countCreation(): void {
    this.#createdSince += 1;
  }

  #isFull(): boolean {
    return this.#counted + this.#createdSince >= this.logsMax;
  }
}
