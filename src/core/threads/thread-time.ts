import { readFileSync } from 'node:fs';

const NS_PER_MS = 1e6;

/** The processor time of this thread so far, in milliseconds. Where the kernel has none per thread, the time that has passed. */
export function threadTime(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / NS_PER_MS;
  } catch {
    return performance.now();
  }
}
