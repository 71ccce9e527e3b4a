import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { holds } from '../support/holds';
import { PHONE } from '../support/phone';
import { LogServer, numbered, shownLine } from './log-server';

/** Nothing lies over the current match, and it is in view. */
const MATCH_IS_SEEN = `(() => {
  const match = document.querySelector('.match.current');
  if (match === null) return false;
  const { left, right, top, bottom } = match.getBoundingClientRect();
  return match.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
})()`;

describe('a match that is not in view', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    const wide = (line: number): string => `${line} ${'-'.repeat(600)} ${line % 10 === 0 ? 'needle' : ''}\n`;
    await server.create(
      'wide',
      Array.from({ length: 100 }, (_, at) => wide(at + 1)),
    );
    const long = (bytes: number): string => `${'x'.repeat(bytes)} Needle\n`;
    await server.create('long', `first\n${long(10_000)}${long(300_000)}last\n`);
    await server.create('short', `needle\n${numbered(2, 50)}`);
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const searched = async (path: string): Promise<Page> => {
    const page = await server.page(path);
    await shownLine(page, 1);
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    return page;
  };
  const countIs = (page: Page, words: string): Promise<void> =>
    page.locator('.find-bar .count', { hasText: words }).waitFor();

  inBrowser('is scrolled to sideways, also back again', async () => {
    const page = await searched('/stream/wide');
    await countIs(page, '1 of 10');
    await holds(page, MATCH_IS_SEEN);
    await page.keyboard.press('Enter');
    await countIs(page, '2 of 10');
    await holds(page, MATCH_IS_SEEN);
    await page.locator('.find-bar .field').fill('60 --');
    await countIs(page, '1 of 1');
    await holds(page, MATCH_IS_SEEN);
  });

  inBrowser('behind what is shown of a long line is loaded and marked', async () => {
    const page = await searched('/stream/long');
    await countIs(page, '1 of 2');
    await holds(page, MATCH_IS_SEEN);
    await page.keyboard.press('Enter');
    await countIs(page, '2 of 2');
    await holds(page, MATCH_IS_SEEN);
  });

  inBrowser('is not hidden by the search on a phone', async () => {
    const page = await server.page('/stream/short?q=needle', PHONE);
    await countIs(page, '1 of 1');
    await holds(page, MATCH_IS_SEEN);
  });
});
