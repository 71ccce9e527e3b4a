import fc from 'fast-check';
import type { TimeMark } from '../../../src/core/log/time-mark';
import { at } from './line-logs';

const LF = 0x0a;

/** One append: its bytes, and how many milliseconds after the one before it is made. */
export interface TimedAppend {
  readonly bytes: Buffer;
  readonly afterMs: number;
}

/** Bytes in which lines are short, and sometimes so many that there are marks and pages. */
export const anyAppends: fc.Arbitrary<readonly TimedAppend[]> = fc.array(
  fc
    .record({
      bytes: fc.array(fc.constantFrom(LF, LF, 0x0d, 0x61, 0xe2, 0x82, 0xac, 0xff), {
        minLength: 1,
        maxLength: 12,
      }),
      times: fc.constantFrom(1, 1, 1, 3, 9_000),
      afterMs: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ bytes, times, afterMs }) => ({
      bytes: Buffer.concat(Array<Buffer>(times).fill(Buffer.from(bytes))),
      afterMs,
    })),
  { maxLength: 8 },
);

/** The lines of a log as simple loops find them. */
export class NaiveLines {
  readonly bytes: Buffer;
  readonly times: readonly TimeMark[];
  /** Where lines begin, also the one that the next byte begins. */
  readonly begins: readonly number[];
  /** Where the lines begin that have a byte. */
  readonly lines: readonly number[];

  /** @param beganAt when the first append was made, but for its `afterMs` */
  constructor(appends: readonly TimedAppend[], beganAt: number) {
    this.bytes = Buffer.concat(appends.map(({ bytes }) => bytes));
    let end = 0;
    let now = beganAt;
    this.times = appends.map(({ bytes, afterMs }) => {
      end += bytes.length;
      now += afterMs;
      return { end: at(end), at: now };
    });
    const begins = [0];
    for (let i = 0; i < this.tail; i += 1) if (this.bytes[i] === LF) begins.push(i + 1);
    this.begins = begins;
    this.lines = begins.filter((begin) => begin < this.tail);
  }

  get tail(): number {
    return this.bytes.length;
  }

  timeOf(offset: number): number | undefined {
    return this.times.find(({ end }) => end > offset)?.at;
  }

  lineAt(offset: number): number {
    return this.begins.filter((begin) => begin <= offset).length;
  }
}
