import type { ListedStream } from '../../client';

/** How fast a stream grows. */
export interface StreamRate {
  readonly id: string;
  readonly bytes: number;
  /** Bytes per second. */
  readonly rate: number;
  readonly createdAt: string;
}

interface Sample {
  readonly bytes: number;
  readonly createdAt: string;
}

/** Compares lists of the open streams that were read one after the other. */
export class StreamRates {
  #last: ReadonlyMap<string, Sample> | undefined;
  #lastAt = 0;

  /** @param at a monotonic time in milliseconds @returns the fastest first; `undefined` after the first list */
  update(streams: readonly ListedStream[], at: number): readonly StreamRate[] | undefined {
    const last = this.#last;
    const seconds = Math.max(at - this.#lastAt, 1) / 1_000;
    this.#last = new Map(streams.map(({ id, bytes, createdAt }) => [id, { bytes, createdAt }]));
    this.#lastAt = at;
    if (last === undefined) return undefined;
    return streams
      .map(({ id, bytes, createdAt }) => {
        const before = last.get(id);
        // One that is new, or has replaced another, began with nothing.
        const from = before?.createdAt === createdAt ? before.bytes : 0;
        return { id, bytes, createdAt, rate: Math.max(bytes - from, 0) / seconds };
      })
      .sort((one, other) => other.rate - one.rate || other.bytes - one.bytes);
  }
}
