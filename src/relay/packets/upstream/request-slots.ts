/** So many may be busy at once; the others wait in line. */
export class RequestSlots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with what gives the slot back. */
  async acquire(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    // Whoever is done hands its slot over, so that nobody can slip in between.
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }
}
