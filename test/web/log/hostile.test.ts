import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { holds } from '../support/holds';
import { LogServer, shownLine } from './log-server';

const MB = 1024 * 1024;
const ESC = '\u001b';
/** In the text of a row there is nothing else. */
const ALLOWED = ['A', 'SPAN'];

/** Each tries to be more than text. */
const ATTACKS = [
  '<img src=x onerror="document.title=\'owned\'">',
  '<script>document.title="owned"</script>',
  '"><svg/onload=alert(1)>',
  `${ESC}]8;;javascript:alert(1)${ESC}\\click${ESC}]8;;${ESC}\\`,
  `${ESC}]8;;data:text/html,<script>alert(1)</script>${ESC}\\click${ESC}]8;;${ESC}\\`,
  `${ESC}]8;;https://example.org/" onclick="alert(1)${ESC}\\click${ESC}]8;;${ESC}\\`,
  `${ESC}]0;owned${ESC}\\title`,
  `${ESC}]52;c;b3duZWQ=${ESC}\\clipboard`,
  `${ESC}[38;2;1;2;3;url(https://evil.example/x)mcolour`,
  `${ESC}Pq#0;2;0;0;0${ESC}\\sixel`,
  `${ESC}[2J${ESC}[1;1Hmoved`,
  'left \u202eright to left\u202c',
];

describe('a hostile producer', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser('text that tries to be HTML, a link to a script or a command of a terminal is text', async () => {
    await server.create('attacks', `${ATTACKS.join('\n')}\n`);
    const page = await server.page('/stream/attacks');
    page.on('dialog', () => server.problems.push('a dialog'));
    await shownLine(page, ATTACKS.length);
    expect(await tagsInText(page)).toEqual(ALLOWED);
    for (const link of await page.locator('.text a').all()) {
      expect(await link.getAttribute('href')).toMatch(/^https?:\/\//);
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
      expect(await link.getAttribute('onclick')).toBeNull();
      await link.dispatchEvent('mouseover');
    }
    expect(await page.title()).toContain('attacks');
    expect(await shownLine(page, 1)).toBe(ATTACKS[0]);
  });

  inBrowser('nothing in an id or in metadata hides, or turns the text around it', async () => {
    await server.create('\u202egnp.exe', 'x\n', { '\u2066key': 'a\u200bb' });
    for (const path of [`/stream/${encodeURIComponent('\u202egnp.exe')}`, '/']) {
      const page = await server.page(path);
      await page.locator('text=⟨U+202E⟩gnp.exe').first().waitFor();
      await page.locator('text=a⟨U+200B⟩b').first().waitFor();
      expect(await page.evaluate('document.body.innerText + document.title')).not.toMatch(
        /[\u200b\u202e\u2066]/,
      );
    }
  });

  inBrowser('a line of 100 MB is cut, and the page goes on', async () => {
    await server.create('long-line', longLine());
    const page = await server.page('/stream/long-line');
    expect((await shownLine(page, 2)).length).toBeLessThanOrEqual(4_200);
    expect(await shownLine(page, 3)).toBe('after');
    await page.locator('.show-all').click();
    await holds(page, `document.querySelector('.number[href="#L2"] ~ .text').textContent.length > 500_000`);
    await page.keyboard.press('w');
    await page.keyboard.press('G');
    expect(await shownLine(page, 3)).toBe('after');
  });

  inBrowser('ten million empty lines are as fast as others', async () => {
    await server.create('empty-lines', emptyLines(10_000_000));
    const page = await server.page('/stream/empty-lines');
    await shownLine(page, 1);
    await page.keyboard.press('G');
    expect(await shownLine(page, 10_000_000)).toBe('');
    expect(await page.locator('.row').count()).toBeLessThanOrEqual(300);
  });

  inBrowser('100,000 colour changes in a line become a bounded number of elements', async () => {
    const colored = Array.from({ length: 100_000 }, (_, at) => `${ESC}[${31 + (at % 6)}m${at % 10}`).join('');
    await server.create('colours', `before\n${colored}\nafter\n`);
    const page = await server.page('/stream/colours');
    expect(await shownLine(page, 3)).toBe('after');
    expect(await page.locator('.text *').count()).toBeLessThanOrEqual(5_000);
  });

  inBrowser('10,000 folds within each other are folds', async () => {
    const starts = Array.from(
      { length: 10_000 },
      (_, at) => `section_start:${1_800_000_000 + at}:s${at}\r${ESC}[0KSection ${at}\n`,
    );
    const ends = starts.map((_, at) => `section_end:${1_800_010_000 + at}:s${9_999 - at}\r${ESC}[0K\n`);
    await server.create('folds', [...starts, 'innermost\n', ...ends].join(''));
    const page = await server.page('/stream/folds#L10001');
    expect(await shownLine(page, 10_001)).toBe('innermost');
    await page.keyboard.press('g');
    const chevron = page.locator('.row', { has: page.locator('.number[href="#L1"]') }).locator('.chevron');
    await chevron.click();
    await page.locator('.row').nth(1).waitFor({ state: 'detached' });
    await chevron.click();
    expect(await shownLine(page, 10)).toBe('Section 9');
  });
});

function tagsInText(page: Page): Promise<string[]> {
  return page.evaluate(
    `[...new Set([...document.querySelectorAll('.text *')].map(({ tagName }) => tagName))].sort()`,
  );
}

function* longLine(): Generator<string> {
  yield 'before\n';
  for (let mb = 0; mb < 100; mb++) yield 'x'.repeat(MB);
  yield '\nafter\n';
}

function* emptyLines(count: number): Generator<string> {
  for (let from = 0; from < count; from += MB) yield '\n'.repeat(Math.min(MB, count - from));
}
