import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { expectNumberedTo, LogServer, numbered, type Producer, shownLine } from './log-server';

const LINES_PER_SECOND = 20_000;
const SECONDS = 3;
const LINES = LINES_PER_SECOND * SECONDS;
/** The server hands on far more pieces than there are frames. */
const TICK_MS = 2;
/** What the page may do before a frame is painted: take over what has come, and move the rows. */
const CALLS_PER_FRAME_MAX = 2;

/** Counts the frames of a page, and what the page does before them. */
const COUNTER = `(() => {
  const request = requestAnimationFrame.bind(window);
  const counted = (window.counted = { frames: 0, calls: 0, rowsMax: 0 });
  window.requestAnimationFrame = (run) => {
    counted.calls += 1;
    return request(run);
  };
  request(function frame() {
    counted.frames += 1;
    counted.rowsMax = Math.max(counted.rowsMax, document.querySelectorAll('.row').length);
    request(frame);
  });
})()`;

interface Counted {
  readonly frames: number;
  readonly calls: number;
  readonly rowsMax: number;
}

const countedIn = (page: Page): Promise<Counted> => page.evaluate<Counted>('window.counted');

/** Writes the lines at their rate by the clock: after a pause of the machine it catches up. */
async function produce(producer: Producer): Promise<void> {
  const start = performance.now();
  for (let written = 0; written < LINES; ) {
    const due = Math.min(LINES, Math.floor(((performance.now() - start) * LINES_PER_SECOND) / 1000));
    if (due > written) await producer.write(numbered(written + 1, due));
    written = due;
    await delay(TICK_MS);
  }
}

describe('a log that grows by 20,000 lines per second', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser(
    'the page follows it over one connection with few rows and little work per frame, and has all of it',
    async () => {
      const producer = await server.open('fast');
      const page = await server.page('/');
      await page.addInitScript(COUNTER);
      await page.goto(`${server.loom.url}/stream/fast`);
      await page.locator('.state', { hasText: 'running' }).waitFor();
      await produce(producer);
      expect(await shownLine(page, LINES)).toBe(`line ${LINES}`);
      await expectNumberedTo(page, LINES);
      const { frames, calls, rowsMax } = await countedIn(page);
      expect(calls).toBeLessThanOrEqual(CALLS_PER_FRAME_MAX * frames);
      expect(rowsMax).toBeLessThanOrEqual(300);
      await producer.end();
      await page.locator('.facts', { hasText: /^complete.*60,000 lines/ }).waitFor();
      expect(await page.locator('.follow').isVisible()).toBe(false);
      const tails = server.addresses.filter((address) => /\/stream\/fast\?.*timestamps/.test(address));
      // Every line before the end came by itself, and none of them was asked for.
      expect(tails).toHaveLength(1);
      await page.keyboard.press('g');
      expect(await shownLine(page, 1)).toBe('line 1');
    },
  );
});
