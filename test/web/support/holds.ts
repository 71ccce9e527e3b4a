import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { PATIENCE_MS } from '../../support/patience';

const POLL_MS = 30;

/** Resolves once an expression is true in a page. `waitForFunction` evaluates text inside of the page, which its policy forbids. */
export async function holds(page: Page, expression: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await page.evaluate<boolean>(expression)); ) {
    if (Date.now() > deadline) throw new Error(`does not come true: ${expression}`);
    await delay(POLL_MS);
  }
}
