import type { LogInfo } from '../../core/log/log';
import { type Offset, START } from '../../core/log/offset';
import { marksWithin, offsetOfTime, type TimeMark } from '../../core/log/time-mark';

/** When the bytes of a log were committed: a mark per append. */
export class MemoryTimes {
  readonly #marks: TimeMark[];

  /** @param inherited those of the bytes that a fork copies */
  constructor(inherited: readonly TimeMark[]) {
    this.#marks = [...inherited];
  }

  /** The time of the last byte, in Unix milliseconds. */
  get last(): number | undefined {
    return this.#marks.at(-1)?.at;
  }

  /** The log has more bytes. Time does not go back, whatever the clock does. */
  note({ tail, updatedAt }: LogInfo): void {
    const { last = 0 } = this;
    if (tail > (this.#marks.at(-1)?.end ?? START))
      this.#marks.push({ end: tail, at: Math.max(updatedAt, last) });
  }

  within(from: Offset, until: Offset): TimeMark[] {
    return marksWithin(this.#marks, from, until);
  }

  offsetAt(at: number): Offset {
    return offsetOfTime(this.#marks, at);
  }
}
