import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, numbered, shownLine } from './log-server';

const MIB = 1024 * 1024;

describe('a search at its limits', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('many', numbered(1, 45_000));
    const long = `Needle ${'x'.repeat(3 * MIB)} Needle\n`;
    await server.create('long', `first\n${long}Needle\nlast\n`);
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const countIs = (page: Page, words: string | RegExp): Promise<void> =>
    page.locator('.find-bar .count', { hasText: words }).waitFor();
  const found = async (page: Page): Promise<string> =>
    (await page.locator('.row.found .number').textContent())?.trim() ?? '';
  const type = async (page: Page, text: string): Promise<void> => {
    await page.keyboard.press('/');
    await page.keyboard.type(text);
  };

  inBrowser(
    'of very many matches, the one at the reader comes first, and "previous" is the one before',
    async () => {
      const page = await server.page('/stream/many#L30000');
      await shownLine(page, 30_000);
      await type(page, 'line ');
      await countIs(page, '20,000+ matches');
      const first = Number(await found(page));
      expect(first).toBeGreaterThan(29_900);
      expect(first).toBeLessThanOrEqual(30_000);
      await page.keyboard.press('Shift+Enter');
      await countIs(page, `${(first - 1).toLocaleString('en')} of 3`);
      expect(await found(page)).toBe(String(first - 1));
    },
  );

  inBrowser('"previous" at the first match is the last match of the log, and "next" leads back', async () => {
    const page = await server.page('/stream/many');
    await shownLine(page, 1);
    await type(page, 'line ');
    await countIs(page, '1 of 10,000+');
    await page.keyboard.press('Shift+Enter');
    await countIs(page, '45,000 of 45,000');
    expect(await shownLine(page, 45_000)).toBe('line 45000');
    await page.keyboard.press('Enter');
    await countIs(page, '1 of 45,000');
    expect(await found(page)).toBe('1');
  });

  inBrowser('"previous" while the search runs leads to the last match once that is known', async () => {
    const page = await server.page('/stream/many');
    await shownLine(page, 1);
    // The answers wait behind each other until the key was pressed.
    let isReleased = (): void => {};
    const released = new Promise<void>((resolve) => {
      isReleased = resolve;
    });
    let answers = 0;
    await page.route('**/matches?*', async (route) => {
      // The folds are found by the same path.
      const isAsked = new URL(route.request().url()).searchParams.get('q') === '0';
      if (isAsked && answers++ > 0) await released;
      await route.continue();
    });
    await type(page, '0');
    await countIs(page, '1 of 1,000+');
    await page.keyboard.press('Shift+Enter');
    await countIs(page, 'searching');
    isReleased();
    await countIs(page, /^(\d+,\d+) of \1$/);
    expect(await found(page)).toBe('45000');
  });

  inBrowser('the filter draws a line where lines are left out', async () => {
    const page = await server.page('/stream/many');
    await shownLine(page, 1);
    await type(page, '0000');
    await countIs(page, '1 of 4');
    await page.getByRole('button', { name: 'Filter: show matching lines only' }).click();
    await page.locator('.row.behind-gap').first().waitFor();
    expect(await page.locator('.row.behind-gap .number').allTextContents()).toEqual(
      ['19998', '29998', '39998'].map((line) => line.padStart(5)),
    );
    await page.keyboard.press('Escape');
    await shownLine(page, 10_004);
    expect(await page.locator('.row.behind-gap').count()).toBe(0);
  });

  inBrowser('a line that is searched in its begin only is said to be, and is saved whole', async () => {
    const page = await server.page('/stream/long');
    await shownLine(page, 1);
    await type(page, 'needle');
    await countIs(page, '1 of 2');
    await page.locator('.find-bar .note', { hasText: 'Of each line, the first MiB is searched' }).waitFor();
    await page.getByRole('button', { name: 'show all' }).click();
    const save = page.getByRole('button', { name: '1 MiB is shown: save the whole line' });
    await save.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toBe('long-L2.log');
    let bytes = 0;
    for await (const chunk of await download.createReadStream()) bytes += chunk.length;
    expect(bytes).toBe(3 * MIB + 'Needle  Needle\n'.length);
  });

  inBrowser('what comes at the end of the last line is found, though no line comes', async () => {
    const producer = await server.open('upload');
    await producer.write(`Needle\nNeedle\n${'x'.repeat(10_000)}`);
    const page = await server.page('/stream/upload');
    await shownLine(page, 3);
    await type(page, 'needle');
    await countIs(page, ' of 2');
    await producer.write(' needle');
    await countIs(page, ' of 3');
    await producer.end();
  });
});
