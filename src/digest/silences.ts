import type { Offset } from '../core/log/offset';
import type { TimeMark } from '../core/log/time-mark';
import { Longest } from './longest';

/** Shorter ones are everyday life, and times of bytes are known to a quarter of a second only. */
const SILENCE_MS_MIN = 1_000;

const SILENCES_MAX = 5;

/** A silence before the byte at `offset`. Absent: nothing has come since. */
export interface SilenceBefore {
  readonly ms: number;
  readonly at: number;
  readonly offset?: Offset;
}

/** Finds the longest silences of a log by the times of its bytes. */
export class Silences {
  readonly #longest = new Longest<SilenceBefore>(SILENCES_MAX);
  #last: TimeMark | undefined;

  /** When the last byte so far was stored, in Unix milliseconds, if that is known. */
  get lastAt(): number | undefined {
    return this.#last?.at;
  }

  /** @param times of bytes that follow those before */
  push(times: readonly TimeMark[]): void {
    for (const mark of times) {
      if (this.#last !== undefined) this.#add(this.#last, mark.at, this.#last.end);
      this.#last = mark;
    }
  }

  /** @param at when the log ended, or the present time @returns the longest first */
  end(at: number): readonly SilenceBefore[] {
    if (this.#last !== undefined) this.#add(this.#last, at);
    return this.#longest.all;
  }

  #add({ at }: TimeMark, until: number, offset?: Offset): void {
    const ms = until - at;
    if (ms >= SILENCE_MS_MIN) this.#longest.add({ ms, at, ...(offset !== undefined && { offset }) });
  }
}
