/** The longest of many durations. */
export class Longest<T extends { readonly ms: number }> {
  #kept: readonly T[] = [];

  /** @param max how many are kept */
  constructor(private readonly max: number) {}

  add(one: T): void {
    const shortest = this.#kept.at(-1);
    if (this.#kept.length === this.max && shortest !== undefined && one.ms <= shortest.ms) return;
    const at = this.#kept.findIndex(({ ms }) => ms < one.ms);
    this.#kept = this.#kept.toSpliced(at < 0 ? this.#kept.length : at, 0, one).slice(0, this.max);
  }

  /** The longest first. Of equal ones, the first that was added. */
  get all(): readonly T[] {
    return this.#kept;
  }
}
