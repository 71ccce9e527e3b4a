import { availableParallelism } from 'node:os';
import { type Check, InvalidValue } from './option';
import { integer } from './scalars';

const WORKERS_MAX = 64;

const count = integer(1, WORKERS_MAX);

/** Accepts a number of workers, or `auto`. */
export const workerCount: Check<number | 'auto'> = {
  parse(raw) {
    if (raw === 'auto') return raw;
    try {
      return count.parse(raw);
    } catch (error) {
      throw error instanceof InvalidValue ? new InvalidValue(`${error.problem}, or auto`) : error;
    }
  },
  fromText: (text) => count.fromText(text),
};

/** The number for `auto`: one per core where several processes can use the store, and otherwise one. */
export function automaticWorkers(isShared: boolean): number {
  return isShared ? Math.min(availableParallelism(), WORKERS_MAX) : 1;
}
