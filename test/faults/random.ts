/** The seed of every random run. `FAULT_SEED=… npx jest test/faults` repeats one that failed. */
export const SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000_000);

/** How many faults a random run strikes with. More of them make a soak test. */
export const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 6);

/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
}

/** A randomised test. When it fails, its error shows how to repeat it. */
export function itAtRandom(name: string, test: (random: Random) => Promise<void>, timeoutMs?: number): void {
  it(
    name,
    async () => {
      try {
        await test(new Random(SEED));
      } catch (cause) {
        throw new Error(`This run was random; FAULT_SEED=${SEED} FAULT_ROUNDS=${ROUNDS} repeats it`, {
          cause,
        });
      }
    },
    timeoutMs,
  );
}
