import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, numbered, shownLine } from './log-server';

describe('a search in a log', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('lines', `${numbered(1, 50_000)}Needle \u001b[31mred\u001b[0m\n`);
    await server.create('folded', `::group::Install\n${numbered(2, 200)}a needle\n::endgroup::\nthe end\n`);
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const count = (page: Page, words: string) => page.locator('.find-bar .count', { hasText: words });
  const found = async (page: Page): Promise<string> =>
    (await page.locator('.row.found .number').textContent())?.trim() ?? '';

  inBrowser(
    'Ctrl-F opens it, and the matches of the whole log are counted, marked and gone through',
    async () => {
      const page = await server.page('/stream/lines');
      await shownLine(page, 1);
      await page.keyboard.press('Control+f');
      await page.keyboard.type('line 4999');
      await count(page, '1 of 11').waitFor();
      expect(await found(page)).toBe('4999');
      await page.keyboard.press('Enter');
      await count(page, '2 of 11').waitFor();
      expect(await shownLine(page, 49_990)).toBe('line 49990');
      await page.locator('.log').focus();
      await page.keyboard.press('n');
      await count(page, '3 of 11').waitFor();
      await page.keyboard.press('N');
      await page.keyboard.press('N');
      await count(page, '1 of 11').waitFor();
      expect(await page.locator('.match.current').textContent()).toBe('line 4999');
      expect(new URL(page.url()).search).toBe('?q=line%204999');
    },
  );

  inBrowser('a second Ctrl-F is left to the browser', async () => {
    const page = await server.page('/stream/lines');
    await shownLine(page, 1);
    await page.evaluate(
      `document.addEventListener('keydown', (event) => setTimeout(() => (window.wasPrevented = event.defaultPrevented)), true)`,
    );
    await page.keyboard.press('Control+f');
    expect(
      await page.evaluate('new Promise((resolve) => setTimeout(() => resolve(window.wasPrevented)))'),
    ).toBe(true);
    await page.keyboard.press('Control+f');
    expect(
      await page.evaluate('new Promise((resolve) => setTimeout(() => resolve(window.wasPrevented)))'),
    ).toBe(false);
  });

  inBrowser(
    'case and regular expressions can be switched, and a bad expression says why it is bad',
    async () => {
      const page = await server.page('/stream/lines?q=needle');
      await count(page, '1 of 1').waitFor();
      expect(await page.locator('.match').textContent()).toBe('Needle');
      await page.getByRole('button', { name: 'Match case' }).click();
      await count(page, 'no match').waitFor();
      await page.getByRole('button', { name: 'Regular expression' }).click();
      await page.getByRole('searchbox').fill('^line 1(0{4})$');
      await count(page, '1 of 1').waitFor();
      expect(await found(page)).toBe('10000');
      await page.getByRole('searchbox').fill('(');
      await page.locator('.find-bar .count.failed').waitFor();
      expect(await page.getByRole('searchbox').getAttribute('aria-invalid')).toBe('true');
    },
  );

  inBrowser(
    'the filter shows the matches with the lines around them, and closing it keeps the place',
    async () => {
      const page = await server.page('/stream/lines?q=line%2012345');
      await count(page, '1 of 1').waitFor();
      await page.getByRole('button', { name: 'Filter: show matching lines only' }).click();
      await page.locator('.row').nth(5).waitFor({ state: 'detached' });
      expect((await page.locator('.row .number').allTextContents()).map(Number)).toEqual([
        12_343, 12_344, 12_345, 12_346, 12_347,
      ]);
      await page.keyboard.press('Escape');
      await shownLine(page, 12_350);
      expect(await shownLine(page, 12_345)).toBe('line 12345');
      expect(new URL(page.url()).search).toBe('');
    },
  );

  inBrowser('a match in a closed fold opens it', async () => {
    const page = await server.page('/stream/folded');
    expect(await shownLine(page, 203)).toBe('the end');
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await count(page, '1 of 1').waitFor();
    expect(await shownLine(page, 201)).toBe('a needle');
    expect(await found(page)).toBe('201');
  });
});
