import { availableParallelism } from 'node:os';
import { type Check, InvalidValue } from './option';
import { integer } from './scalars';

const WORKERS_MAX = 64;

const count = integer(1, WORKERS_MAX);

/** A number, or `auto`. */
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

/** What `auto` comes to: one a core, where the store can be shared. @param store its URL */
export function automaticWorkers(store: string): number {
  return isEmbedded(store) ? 1 : Math.min(availableParallelism(), WORKERS_MAX);
}

/** Whether a store lives in the process that opens it, and so in no second one. */
export function isEmbedded(store: string): boolean {
  return /^(file|memory):/.test(store);
}
