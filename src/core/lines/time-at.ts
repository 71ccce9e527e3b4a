import type { LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import { timeOf } from '../log/time-mark';
import type { LogStore } from '../store/store';

/** When the byte at `offset`, which is before the tail, was committed. @returns Unix milliseconds; `undefined` if that is not known */
export async function timeAt(store: LogStore, log: LogRef, offset: Offset): Promise<number | undefined> {
  const { times, release } = await store.readTimed(log, offset, 1);
  release?.();
  return timeOf(times, offset);
}
