import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * For what happens in another process, which tells nobody. What fails counts as not yet so.
 * @throws with `what` after `withinMs`
 */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await attempt(isSo))) {
    if (Date.now() > deadline) throw new Error(`it did not come to that within ${withinMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}

async function attempt(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await isSo();
  } catch {
    // A server that is away answers nothing: the caller asks again.
    return false;
  }
}
