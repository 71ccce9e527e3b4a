import type { BrowserContextOptions, Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { seriousViolations } from '../support/axe';
import { PHONE, sidewaysScroll } from '../support/phone';
import { LogServer, numbered, shownLine } from './log-server';

const ESC = '\u001b';
const COLOURS = [...Array(16).keys()]
  .map((color) => {
    const [text, ground] = color < 8 ? [30 + color, 40 + color] : [82 + color, 92 + color];
    return `${ESC}[${text}mtext${ESC}[0m ${ESC}[${ground}mground${ESC}[0m ${ESC}[7;${text}minverse${ESC}[0m ${ESC}[38;5;${16 + color * 14}mpalette${ESC}[0m ${ESC}[48;2;${color * 16};90;${255 - color * 16}mrgb${ESC}[0m\n`;
  })
  .join('');

describe('the page of a stream for everyone', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create(
      'colours',
      `::group::Fold\n${COLOURS}::endgroup::\n${COLOURS}::error::broken\n::warning::old\n${numbered(1, 200)}`,
    );
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const page = await server.page('/stream/colours', { bypassCSP: true, ...options });
    await shownLine(page, 20);
    await page.locator('.annotations').waitFor();
    return page;
  };

  inBrowser.each(['dark', 'light'] as const)(
    'axe-core finds nothing serious in the %s theme',
    async (colorScheme) => {
      const page = await open({ colorScheme });
      await page.keyboard.press('t');
      await page.keyboard.press('Control+f');
      await page.keyboard.type('text');
      await page.locator('.match').first().waitFor();
      expect(await seriousViolations(page)).toEqual([]);
    },
  );

  inBrowser('on a phone the page does not scroll sideways, and its controls fit a finger', async () => {
    const page = await open({ ...PHONE });
    await page.getByRole('button', { name: 'Search' }).tap();
    await page.getByRole('searchbox').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    const small: string[] = await page.evaluate(`
      [...document.querySelectorAll('.page a, .page button, .page input')]
        .filter((element) => element.checkVisibility() && element.closest('.log') === null)
        .map((element) => ({ name: element.ariaLabel ?? element.textContent, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 40 || box.height < 40)
        .map(({ name, box }) => name + ' ' + box.width + ' x ' + box.height)
    `);
    expect(small).toEqual([]);
  });

  inBrowser('the key ? shows the keys', async () => {
    const page = await open({});
    await page.keyboard.press('?');
    const keys = await page.getByRole('dialog').locator('kbd').allTextContents();
    for (const key of ['j', 'k', 'g', 'G', '/', 'n', 'N', 'f', 'w', 't', '[', ']'])
      expect(keys).toContain(key);
  });

  inBrowser('every control is reached by Tab, and the log is a region with a name', async () => {
    const page = await open({});
    const names: string[] = [];
    for (let press = 0; press < 20; press++) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(`document.activeElement.ariaLabel ?? document.activeElement.textContent`),
      );
    }
    for (const name of [
      '1 error, 1 warning',
      'Search',
      'Times: off',
      'Wrap long lines',
      'Folds',
      'Download and share',
      'Log',
    ])
      expect(names).toContain(name);
    const log = page.getByRole('log', { name: 'Log' });
    expect(await log.getAttribute('aria-live')).toBe('off');
  });
});
