import { setTimeout as delay } from 'node:timers/promises';

/** Polls for background work that has no event. The timeout of the test ends the wait. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}
