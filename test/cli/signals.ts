import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when a further signal is no longer taken for the second one of a pair. */
export function afterPair(): Promise<void> {
  return delay(600);
}
