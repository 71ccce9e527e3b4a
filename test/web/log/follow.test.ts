import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { holds } from '../support/holds';
import { expectNumberedTo, LogServer, numbered, type Producer, shownLine } from './log-server';

const ROW_PX = 18;

describe('following an open stream', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  /** An open stream with lines 1 to `count`, on a page that follows it. */
  const followed = async (id: string, count: number): Promise<{ producer: Producer; page: Page }> => {
    const producer = await server.open(id);
    await producer.write(numbered(1, count));
    const page = await server.page(`/stream/${id}`);
    await shownLine(page, count);
    return { producer, page };
  };
  const followButton = (page: Page) => page.locator('.follow');

  inBrowser('the end stays in view while lines arrive', async () => {
    const { producer, page } = await followed('end', 200);
    await producer.write(numbered(201, 5_000));
    expect(await shownLine(page, 5_000)).toBe('line 5000');
    await holds(page, `${DISTANCE_TO_END} <= 1`);
    await expectHidden(page);
    await producer.end();
    await page.locator('.state', { hasText: 'complete' }).waitFor();
  });

  inBrowser('the end stays in view when the window becomes smaller or larger', async () => {
    const { producer, page } = await followed('window', 500);
    let last = 500;
    for (const height of [400, 800, 500, 1_000]) {
      await page.setViewportSize({ width: 1_280, height });
      await producer.write(numbered(last + 1, last + 100));
      last += 100;
      expect(await shownLine(page, last)).toBe(`line ${last}`);
      await expectHidden(page);
    }
    await producer.end();
  });

  inBrowser(
    'after the wheel, the row under the pointer keeps its text and place while 10,000 lines arrive',
    async () => {
      const { producer, page } = await followed('wheel', 2_000);
      await page.mouse.move(400, 400);
      await page.mouse.wheel(0, -50 * ROW_PX);
      await followButton(page).waitFor();
      const before = await rowAt(page, 400);
      await producer.write(numbered(2_001, 12_000));
      await page.locator('.follow', { hasText: '10,000 new lines' }).waitFor();
      const after = await rowAt(page, 400);
      expect(after.text).toBe(before.text);
      expect(Math.abs(after.y - before.y)).toBeLessThanOrEqual(1);
      await followButton(page).click();
      expect(await shownLine(page, 12_000)).toBe('line 12000');
      await producer.end();
    },
  );

  inBrowser.each(['PageUp', 'ArrowUp', 'Home'])('the key %s ends the following', async (key) => {
    const { producer, page } = await followed(`key-${key}`, 500);
    await page.locator('.log').focus();
    await page.keyboard.press(key);
    await followButton(page).waitFor();
    await producer.write(numbered(501, 600));
    await page.locator('.follow', { hasText: '100 new lines' }).waitFor();
    await producer.end();
  });

  inBrowser('a selection ends the following, and keeps its text while lines arrive', async () => {
    const { producer, page } = await followed('selection', 500);
    await page.locator('.number[href="#L495"] ~ .text').dblclick({ position: { x: 4, y: 8 } });
    await followButton(page).waitFor();
    await producer.write(numbered(501, 5_000));
    await page.locator('.follow', { hasText: '4,500 new lines' }).waitFor();
    expect(await page.evaluate('getSelection().toString()')).toBe('line');
    await producer.end();
  });

  inBrowser('a selection keeps its text when the folds of the log become known', async () => {
    const producer = await server.open('selected');
    await producer.write(`::group::build\n${numbered(2, 500)}`);
    const page = await server.page('/');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/stream/selected/matches*', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${server.loom.url}/stream/selected`);
    await shownLine(page, 500);
    await page.locator('.number[href="#L495"] ~ .text').dblclick({ position: { x: 4, y: 8 } });
    await followButton(page).waitFor();
    release();
    await page.getByRole('button', { name: /^Folds/ }).waitFor();
    expect(await page.evaluate('getSelection().toString()')).toBe('line');
    await producer.end();
  });

  inBrowser('a finger on the log ends the following', async () => {
    const producer = await server.open('touch');
    await producer.write(numbered(1, 500));
    const page = await server.page('/stream/touch', { hasTouch: true });
    await shownLine(page, 500);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: 300, y: 400 }] });
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: 300, y: 460 }] });
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await followButton(page).waitFor();
    await producer.end();
  });

  inBrowser('after a kill -9 of the server it goes on where it was: no line is lost or doubled', async () => {
    const { page } = await followed('killed', 300);
    await server.loom.kill();
    await page
      .locator('.connection', { hasText: /Reconnecting since .* Lines after 300 are missing/ })
      .waitFor();
    expect(await shownLine(page, 300)).toBe('line 300');
    await server.loom.restart();
    await server.append('killed', numbered(301, 400));
    expect(await shownLine(page, 400)).toBe('line 400');
    await page.locator('.connection').waitFor({ state: 'hidden' });
    await expectNumberedTo(page, 400);
  });

  inBrowser('a stream that was replaced says so and keeps what is shown', async () => {
    const { page } = await followed('replaced', 100);
    await fetch(`${server.loom.url}/stream/replaced?force=true`, { method: 'POST', body: 'another\n' });
    await page.locator('.connection', { hasText: 'replaced' }).waitFor();
    expect(await shownLine(page, 100)).toBe('line 100');
  });

  inBrowser('a stream that was deleted says so and keeps what is shown', async () => {
    const { page } = await followed('deleted', 100);
    await fetch(`${server.loom.url}/stream/deleted`, { method: 'DELETE' });
    await page.locator('.connection', { hasText: 'deleted' }).waitFor();
    await page.locator('.stream-head .state', { hasText: 'removed' }).waitFor();
    expect(await shownLine(page, 100)).toBe('line 100');
  });

  const expectHidden = async (page: Page): Promise<void> =>
    expect(await followButton(page).isVisible()).toBe(false);
});

const DISTANCE_TO_END = `(() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.log');
  return scrollHeight - scrollTop - clientHeight;
})()`;

/** The row at this height of the window. */
function rowAt(page: Page, y: number): Promise<{ readonly text: string; readonly y: number }> {
  return page.evaluate(`(() => {
    const row = document.elementFromPoint(400, ${y}).closest('.row');
    return { text: row.querySelector('.text').textContent, y: row.getBoundingClientRect().top };
  })()`);
}
