/** Bounds how many searches scan stored bytes at once. Those that only wait for live lines do not count. */
export class SearchPermits {
  #free: number;

  constructor(searchesMax: number) {
    this.#free = searchesMax;
  }

  /** @returns gives the place back, and does nothing when it is called again; `undefined` if there is no place */
  take(): (() => void) | undefined {
    if (this.#free === 0) return undefined;
    this.#free -= 1;
    let isBack = false;
    return () => {
      if (!isBack) this.#free += 1;
      isBack = true;
    };
  }
}
