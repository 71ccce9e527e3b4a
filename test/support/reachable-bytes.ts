import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** V8 shows it to contexts that are made after the flag is set. */
const collect: () => void = runInNewContext('gc');

/** How many bytes of objects and buffers this process still reaches. Garbage is collected first, whenever V8 would have done so. */
export function reachableBytes(): number {
  // The buffers that one collection finds are given back by the next at the latest.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
