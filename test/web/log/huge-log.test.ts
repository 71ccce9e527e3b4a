import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { bigLog, LogServer, measured, metricsOf, shownLine } from './log-server';

const LINES = 1_000_000;
const MB = 1024 * 1024;
const FLING_PX = 3_000;
const FRAMES = 30;
const ROUNDS = 6;

describe('a log of a million lines and 127 MB', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('big', bigLog(LINES));
    await server.create('short', shortLines(5_000_000));
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser('the page shows its first line with a heap of at most 30 MB and at most 300 rows', async () => {
    const page = await server.page('/stream/big');
    expect(await shownLine(page, 1)).toMatch(/^1 worker-1 INFO compiled/);
    await fling(page, FLING_PX);
    const cdp = await measured(page);
    await cdp.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize = 0 } = await metricsOf(cdp);
    expect(JSHeapUsedSize).toBeLessThanOrEqual(30 * MB);
    expect(await page.locator('.row').count()).toBeLessThanOrEqual(300);
  });

  inBrowser.each([1, 777_778, LINES])('the address #L%d leads to that line', async (line) => {
    const page = await server.page(`/stream/big#L${line}`);
    expect(await shownLine(page, line)).toMatch(new RegExp(`^${line} worker-`));
    expect(await isInView(page, line)).toBe(true);
  });

  inBrowser(
    'a line of a log of five million lines is reached by its address, and its neighbours by the wheel',
    async () => {
      const page = await server.page('/stream/short#L4321000');
      expect(await shownLine(page, 4_321_000)).toBe('line 4321000');
      await page.mouse.move(600, 400);
      await page.mouse.wheel(0, 36 * 18);
      expect(await shownLine(page, 4_321_050)).toBe('line 4321050');
      await page.keyboard.press('G');
      expect(await shownLine(page, 5_000_000)).toBe('line 5000000');
      await page.keyboard.press('g');
      expect(await shownLine(page, 1)).toBe('line 1');
    },
  );

  inBrowser('a frame of a fling over 3,000 px takes at most 10 ms of the main thread', async () => {
    const page = await server.page('/stream/big');
    await shownLine(page, 1);
    const cdp = await measured(page);
    const perFrame: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await metricsOf(cdp);
      await fling(page, FLING_PX);
      const after = await metricsOf(cdp);
      perFrame.push((((after['TaskDuration'] ?? 0) - (before['TaskDuration'] ?? 0)) * 1000) / FRAMES);
    }
    // The least of them: what else runs on the machine can only add to it.
    expect(Math.min(...perFrame)).toBeLessThanOrEqual(10);
  });
});

function* shortLines(lines: number): Generator<string> {
  for (let from = 1; from <= lines; from += 10_000) {
    let text = '';
    for (let line = from; line < from + 10_000; line++) text += `line ${line}\n`;
    yield text;
  }
}

/** Scrolls by so much in each of some frames. */
async function fling(page: Page, px: number): Promise<void> {
  await page.evaluate(`(async () => {
    const log = document.querySelector('.log');
    for (let frame = 0; frame < ${FRAMES}; frame++) {
      log.scrollTop += ${px};
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  })()`);
}

function isInView(page: Page, line: number): Promise<boolean> {
  return page.evaluate(`(() => {
    const log = document.querySelector('.log').getBoundingClientRect();
    const row = document.querySelector('.number[href="#L${line}"]').getBoundingClientRect();
    return row.top >= log.top && row.bottom <= log.bottom;
  })()`);
}
