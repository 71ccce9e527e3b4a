import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { holds } from '../support/holds';
import { LogServer, numbered, shownLine } from './log-server';

/** The number of the first row in view. */
const FIRST_LINE = `(() => {
  const top = document.querySelector('.log').getBoundingClientRect().top;
  const row = [...document.querySelectorAll('.row:not(.loading)')].find((row) => row.getBoundingClientRect().top >= top);
  return Number(row?.querySelector('.number')?.textContent);
})()`;

describe('the place of a reader', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('lines', numbered(1, 50_000));
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  /** Away from what the address names, and then wherever that is. */
  const scrolled = async (page: Page): Promise<number> => {
    await page.evaluate(`document.querySelector('.log').scrollTop = 5_000`);
    await holds(page, `${FIRST_LINE} > 200`);
    return page.evaluate<number>(FIRST_LINE);
  };

  inBrowser('is kept by a reload, though the address does not name it', async () => {
    const page = await server.page('/stream/lines');
    await shownLine(page, 1);
    const line = await scrolled(page);
    await page.reload();
    await holds(page, `Math.abs(${FIRST_LINE} - ${line}) <= 1`);
    expect(page.url()).toBe(`${server.loom.url}/stream/lines`);
    await page.keyboard.press('g');
    await shownLine(page, 1);
    await page.reload();
    await holds(page, `${FIRST_LINE} === 1`);
  });

  inBrowser('is kept on the way back, beside the lines that are linked to', async () => {
    const page = await server.page('/stream/lines#L120');
    await shownLine(page, 120);
    const line = await scrolled(page);
    await page.getByRole('link', { name: 'Streams' }).click();
    await page.getByRole('link', { name: 'lines' }).waitFor();
    await page.goBack();
    await holds(page, `Math.abs(${FIRST_LINE} - ${line}) <= 1`);
    expect(new URL(page.url()).hash).toBe('#L120');
    await page.evaluate(`location.hash = '#L40000'`);
    await shownLine(page, 40_000);
  });

  inBrowser('a log that is followed is followed after a reload', async () => {
    const producer = await server.open('open');
    await producer.write(numbered(1, 2_000));
    const page = await server.page('/stream/open');
    await shownLine(page, 2_000);
    await page.reload();
    await shownLine(page, 2_000);
    await producer.write(numbered(2_001, 4_000));
    await shownLine(page, 4_000);
    await producer.end();
  });

  inBrowser('in the list, the way back leads to the stream that was opened', async () => {
    await server.create('other', 'one\n');
    const page = await server.page('/');
    await page.getByRole('link', { name: 'lines' }).waitFor();
    await page.getByRole('link', { name: 'lines' }).click();
    await shownLine(page, 1);
    await page.goBack();
    await holds(page, `document.activeElement.textContent === 'lines'`);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/stream/lines');
  });
});
