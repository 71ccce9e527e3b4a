/** Admits at most `width` tasks at a time, the others in the order in which they came. */
export class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(width: number) {
    this.#free = width;
  }

  /** Runs `task` once there is a place, at once when one is free. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const place = this.#take();
    if (place !== undefined) await place;
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  /** Resolves with a function that gives the place back. Call it once. */
  async acquire(): Promise<() => void> {
    await this.#take();
    return () => this.#release();
  }

  /** @returns `undefined` when a place was free */
  #take(): Promise<void> | undefined {
    if (this.#free === 0) return new Promise((enter) => this.#waiting.push(enter));
    this.#free -= 1;
    return undefined;
  }

  /** Hands the place to the next task that waits, so that no later one can take it first. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
