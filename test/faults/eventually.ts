import { setTimeout as delay } from 'node:timers/promises';
import { PATIENCE_MS } from '../support/patience';

const POLL_MS = 20;

/**
 * Waits for something in another process by polling. A poll that fails counts as "not yet".
 * @throws with `what` after `withinMs`
 */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await attempt(isSo))) {
    if (Date.now() > deadline) throw new Error(`after ${withinMs} ms this had not happened: ${what}`);
    await delay(POLL_MS);
  }
}

async function attempt(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await isSo();
  } catch {
    // A server that is down does not answer: the caller polls again.
    return false;
  }
}
