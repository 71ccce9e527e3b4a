import { availableParallelism } from 'node:os';
import { orWord } from './derived-checks';
import { integer } from './scalars';

const WORKERS_MAX = 64;

/** Accepts a number of workers, or `auto`. */
export const workerCount = orWord(integer(1, WORKERS_MAX), 'auto', 'auto');

/** The number for `auto`: one per core where several processes can use the store, and otherwise one. */
export function automaticWorkers(isShared: boolean): number {
  return isShared ? Math.min(availableParallelism(), WORKERS_MAX) : 1;
}
