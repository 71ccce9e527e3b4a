import type { LogRef } from '../../src/core/log/log';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { LogStore } from '../../src/core/store/store';

/** By how much the time of a byte may be wrong in a log that grows slowly. */
const EXACT_MS = 250;

/** The system's clock, for all that runs in this process. Redis has its own. */
export class TestClock {
  #spy: jest.SpyInstance<number, []> | undefined;

  /** Stops the clock at `at`. */
  set(at: number): void {
    this.restore();
    this.#spy = jest.spyOn(Date, 'now').mockReturnValue(at);
  }

  /** Sets the clock forward. It goes on from there, so that a store that is opened later does not take it for set back. */
  advance(byMs: number): void {
    this.restore();
    const { now } = Date;
    this.#spy = jest.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
  }

  restore(): void {
    this.#spy?.mockRestore();
    this.#spy = undefined;
  }
}

/** The time of each byte from `from` on, from pages of `bytesMax`. Checks what every timed page promises. */
export async function readTimes(
  store: LogStore,
  log: LogRef,
  from: Offset = START,
  bytesMax = 64 * 1024,
): Promise<number[]> {
  const times: number[] = [];
  for (let offset = from; ; ) {
    const page = await store.readTimed(log, offset, bytesMax);
    const same = await store.read(log, offset, bytesMax);
    expect(Buffer.concat(page.chunks).equals(Buffer.concat(same.chunks))).toBe(true);
    expect([page.next, page.end]).toEqual([same.next, same.end]);
    let known = offset;
    for (const { end, at } of page.times) {
      expect(end).toBeGreaterThanOrEqual(known);
      for (; known < end; known = advance(known, 1)) times.push(at);
    }
    // Every byte of the page has a time, and no other byte has one.
    expect(known).toBe(page.next);
    page.release?.();
    if (page.next === offset) return times;
    offset = page.next;
  }
}

/** Checks that `offsetAt` returns the offsets that the times of the bytes require. */
export async function expectOffsetsOf(store: LogStore, log: LogRef, times: readonly number[]): Promise<void> {
  const asked = new Set([0, Number.MAX_SAFE_INTEGER, ...times.flatMap((at) => [at - 1, at, at + 1])]);
  for (const at of asked) {
    const first = times.findIndex((time) => time >= at);
    expect(await store.offsetAt(log, at)).toBe(advance(START, first < 0 ? times.length : first));
  }
}

/** @param pieces what was stored, and the time of each */
export function expectTimes(times: readonly number[], pieces: readonly (readonly [string, number])[]): void {
  const expected = pieces.flatMap(([text, at]) => Array.from(text, () => at));
  expect(times).toHaveLength(expected.length);
  for (const [i, time] of times.entries())
    expect(Math.abs(time - (expected[i] ?? 0))).toBeLessThanOrEqual(EXACT_MS);
}

export function expectRising(times: readonly number[]): void {
  expect(times.filter((time, i) => time < (times[i - 1] ?? 0))).toEqual([]);
}
