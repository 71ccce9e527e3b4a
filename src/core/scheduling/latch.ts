/** A switch that code can wait for. It stays set until it is cleared, so a change between a look and the wait is not missed. */
export class Latch {
  readonly #waiting = new Set<() => void>();
  #isSet = false;

  readonly set = (): void => {
    this.#isSet = true;
    for (const wake of this.#waiting) wake();
  };

  clear(): void {
    this.#isSet = false;
  }

  /** Resolves once the latch is set, or `ms` milliseconds from now. */
  async wait(ms?: number): Promise<void> {
    if (this.#isSet) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }
}
