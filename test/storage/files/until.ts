import { setTimeout as delay } from 'node:timers/promises';

/** For what happens in the background and tells nobody. The test's own time limit ends the wait. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}
