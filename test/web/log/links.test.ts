import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, numbered, shownLine } from './log-server';

describe('links into a log', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('lines', numbered(1, 20_000));
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser('#L120-L140 leads to these lines and marks them all', async () => {
    const page = await server.page('/stream/lines#L120-L140');
    expect(await shownLine(page, 120)).toBe('line 120');
    expect(await linkedLines(page)).toEqual(Array.from({ length: 21 }, (_, at) => 120 + at));
  });

  inBrowser(
    'a link leads to its line also where the facts of the log are there before its index',
    async () => {
      const page = await server.page('/');
      const facts = page.locator('.stream-head .state', { hasText: 'complete' });
      await page.route('**/stream/lines/index*', async (route) => {
        await facts.waitFor();
        await route.continue();
      });
      await page.goto(`${server.loom.url}/stream/lines#L15000`);
      expect(await shownLine(page, 15_000)).toBe('line 15000');
      expect(await page.locator('.notice').count()).toBe(0);
    },
  );

  inBrowser('#O leads to the line of a byte', async () => {
    // "line 1\n" to "line 9\n" are 63 bytes, "line 10\n" the next 8.
    const page = await server.page('/stream/lines#O70');
    await page.locator('.linked').waitFor();
    expect(await linkedLines(page)).toEqual([10]);
  });

  inBrowser('?t= leads to the first line at that time or later', async () => {
    const producer = await server.open('times');
    await producer.write(numbered(1, 500));
    const page = await server.page('/stream/times?t=2000-01-01T00:00:00Z');
    await page.locator('.linked').waitFor();
    expect(await linkedLines(page)).toEqual([1]);
    await producer.end();
  });

  inBrowser('a click on a number makes the link of its line, and a shift-click one of a range', async () => {
    const page = await server.page('/stream/lines');
    await number(page, 5).click();
    expect(new URL(page.url()).hash).toBe('#L5');
    await number(page, 9).click({ modifiers: ['Shift'] });
    expect(new URL(page.url()).hash).toBe('#L5-L9');
    expect(await linkedLines(page)).toEqual([5, 6, 7, 8, 9]);
    await number(page, 3).click({ modifiers: ['Shift'] });
    expect(new URL(page.url()).hash).toBe('#L3-L5');
    expect(await page.evaluate('getSelection().toString()')).toBe('');
  });

  inBrowser('the keyboard makes the same links', async () => {
    const page = await server.page('/stream/lines');
    await shownLine(page, 1);
    for (const key of ['j', 'j', 'j', 'l']) await page.keyboard.press(key);
    expect(new URL(page.url()).hash).toBe('#L3');
    for (const key of ['j', 'j', 'L']) await page.keyboard.press(key);
    expect(new URL(page.url()).hash).toBe('#L3-L5');
  });

  inBrowser('the key g leads to the start also within the frame in which the log was scrolled', async () => {
    const page = await server.page('/stream/lines');
    await shownLine(page, 1);
    const top = await page.evaluate(`(async () => {
      const log = document.querySelector('.log');
      log.scrollTop = 5_000;
      log.dispatchEvent(new KeyboardEvent('keydown', { key: 'g', bubbles: true }));
      for (let frame = 0; frame < 5; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
      return log.scrollTop;
    })()`);
    expect(top).toBe(0);
  });

  inBrowser('a changed fragment leads to its line without a new page', async () => {
    const page = await server.page('/stream/lines');
    await shownLine(page, 1);
    await page.evaluate(`location.hash = '#L15000'`);
    expect(await shownLine(page, 15_000)).toBe('line 15000');
  });

  inBrowser('what a link leads to does not move while lines arrive', async () => {
    const producer = await server.open('growing');
    await producer.write(numbered(1, 1_000));
    const page = await server.page('/stream/growing#L500');
    await shownLine(page, 500);
    const before = await number(page, 500).boundingBox();
    await producer.write(numbered(1_001, 11_000));
    await page.locator('.follow', { hasText: '10,000 new lines' }).waitFor();
    expect((await number(page, 500).boundingBox())?.y).toBe(before?.y);
    await producer.end();
  });

  inBrowser('a line that is not there is said to be missing', async () => {
    const page = await server.page('/stream/lines#L20001');
    await page.locator('.notice', { hasText: 'Line 20,001 is not there' }).waitFor();
    expect(await shownLine(page, 20_000)).toBe('line 20000');
  });
});

function number(page: Page, line: number) {
  return page.locator(`.number[href="#L${line}"]`);
}

async function linkedLines(page: Page): Promise<number[]> {
  return (await page.locator('.row.linked .number').allTextContents()).map(Number);
}
