/** For what takes from a tenth of a millisecond to some seconds, such as an operation of a store. */
export const SHORT_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** For answers: a millisecond to half a minute. */
export const ANSWER_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Counts values by size. `observe` takes some nanoseconds: short times, which are the most frequent, are in the first buckets. */
export class Histogram {
  readonly counts: number[];
  sum = 0;

  /** @param bounds ascending, inclusive */
  constructor(readonly bounds: readonly number[]) {
    this.counts = [...bounds.map(() => 0), 0];
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  /** As a snapshot has it. */
  get values(): readonly number[] {
    return [...this.counts, this.sum];
  }
}
