import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, numbered, shownLine } from './log-server';

const LINES = 200_000;

describe('a closed stream whose lines the server has not counted yet', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('lines', numbered(1, LINES), { branch: 'main' });
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  /** A page whose request for the index waits until it may go on. */
  const uncounted = async (): Promise<{ page: Page; count: () => void }> => {
    const page = await server.page('/');
    let count = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      count = resolve;
    });
    await page.route('**/stream/lines/index*', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${server.loom.url}/stream/lines`);
    return { page, count };
  };

  inBrowser('its first lines are shown, and stay where they are once the lines are counted', async () => {
    const { page, count } = await uncounted();
    expect(await shownLine(page, 1)).toBe('line 1');
    expect(await page.getByTitle('Lines', { exact: true }).textContent()).toBe('… lines');
    await page.mouse.move(600, 400);
    await page.mouse.wheel(0, 100 * 18);
    await shownLine(page, 110);
    const before = await placeOf(page, 110);
    count();
    await page.getByText('200,000 lines', { exact: true }).waitFor();
    expect(await placeOf(page, 110)).toEqual(before);
    expect(await page.locator('.follow').isHidden()).toBe(true);
    await page.keyboard.press('G');
    expect(await shownLine(page, LINES)).toBe(`line ${LINES}`);
  });

  inBrowser(
    'the end of what is known is not the end of the log, which the key G still leads to',
    async () => {
      const { page, count } = await uncounted();
      await shownLine(page, 1);
      await page.mouse.move(600, 400);
      await page.mouse.wheel(0, 1_000_000);
      const { top } = await atRest(page);
      count();
      await page.getByText('200,000 lines', { exact: true }).waitFor();
      expect((await atRest(page)).top).toBe(top);
      expect(top).toBeGreaterThan(50_000);
      await page.keyboard.press('G');
      expect(await shownLine(page, LINES)).toBe(`line ${LINES}`);
    },
  );

  inBrowser('the key G, pressed before, leads to the end once it is known', async () => {
    const { page, count } = await uncounted();
    await shownLine(page, 1);
    await page.keyboard.press('G');
    count();
    expect(await shownLine(page, LINES)).toBe(`line ${LINES}`);
  });
});

/** Where the text of a line is on the screen. */
function placeOf(page: Page, line: number): Promise<unknown> {
  return page.evaluate(`(() => {
    const text = document.querySelector('.number[href="#L${line}"]').parentElement.querySelector('.text');
    const { x, y } = text.getBoundingClientRect();
    return { x, y };
  })()`);
}

/** How far the log is scrolled, once it was and has been so for some frames. */
function atRest(page: Page): Promise<{ top: number }> {
  return page.evaluate(`(async () => {
    const log = document.querySelector('.log');
    while (log.scrollTop === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
    for (let top = -1, same = 0; same < 20; same = log.scrollTop === top ? same + 1 : 0) {
      top = log.scrollTop;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return { top: log.scrollTop };
  })()`);
}
