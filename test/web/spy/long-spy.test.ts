import type { Page } from 'playwright-core';
import { withStage } from '../../faults/stage';
import { inBrowser, withBrowser } from '../../support/browser';
import { Producer } from '../../support/http';
import { heapOf } from '../support/heap';

const MB = 1024 * 1024;
const STREAMS = 4;
/** By then the page has as many lines as it keeps. */
const WARM_LINES = 60_000;
const LINES = 260_000;
const LINES_PER_WRITE = 2_000;
/** Less than eight bytes for each line more. */
const GROWTH_MAX = (LINES - WARM_LINES) * 8;

describe('a page of live streams that is open for long', () => {
  const stage = withStage();
  const { newPage } = withBrowser();

  /** The text of a line is longer than what a string of JavaScript has in itself. */
  const write = async (
    page: Page,
    producers: readonly Producer[],
    from: number,
    to: number,
  ): Promise<void> => {
    for (let at = from; at < to; at += LINES_PER_WRITE) {
      const lines = Array.from({ length: LINES_PER_WRITE }, (_, line) => lineOf(at + line));
      await producers[(at / LINES_PER_WRITE) % STREAMS]?.write(lines.join(''));
      await page.getByText(`line ${at + LINES_PER_WRITE - 1} `).waitFor();
    }
  };

  inBrowser('keeps no more after 260,000 lines than after 60,000, also while it was paused', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    const cdp = await page.context().newCDPSession(page);
    await page.goto(`${loom.url}/spy`);
    await page.getByText('Live', { exact: true }).waitFor();
    const producers: Producer[] = [];
    for (let at = 0; at < STREAMS; at++) {
      const producer = stage.add(new Producer(`${loom.url}/stream/busy-${at}`), (one) => one.end());
      await producer.head;
      producers.push(producer);
    }
    await write(page, producers, 0, WARM_LINES);
    const before = await heapOf(cdp);
    // A line that is in two pieces, of which both come while the page is paused.
    await page.keyboard.press('p');
    await producers[0]?.write('paused\nhalf a');
    await page.getByRole('button', { name: 'Go on (2)' }).waitFor();
    await producers[0]?.write(' line\nlast\n');
    await page.getByRole('button', { name: 'Go on (3)' }).waitFor();
    await page.keyboard.press('p');
    await page.getByText('last', { exact: true }).waitFor();
    expect(await page.getByText('half a line').count()).toBe(1);
    await write(page, producers, WARM_LINES, LINES);
    const after = await heapOf(cdp);
    expect(after - before).toBeLessThanOrEqual(GROWTH_MAX);
    expect(after).toBeLessThanOrEqual(30 * MB);
    await page.getByText('20,000 lines, the newest').waitFor();
  });
});

function lineOf(number: number): string {
  return `line ${number} \u001b[32mof a build\u001b[0m that goes on and on\n`;
}
