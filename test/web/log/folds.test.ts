import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, numbered, shownLine } from './log-server';

const ESC = '\u001b';
const BUILD = [
  '::group::Install',
  'added 200 packages',
  '::endgroup::',
  `section_start:1796000000:outer[collapsed=true]\r${ESC}[0KOuter`,
  `section_start:1796000001:inner\r${ESC}[0KInner`,
  'inside',
  `section_end:1796000043:inner\r${ESC}[0K`,
  `section_end:1796000100:outer\r${ESC}[0K`,
  '2026-11-30T08:00:00.0000000Z ##[group]Azure',
  'in azure',
  '2026-11-30T08:00:01.0000000Z ##[endgroup]',
  '::error file=src/a.ts,line=7::it is broken',
  '::warning::it is old',
  'mentions ::group:: in its text',
  '',
].join('\n');

describe('the folds of a log', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('build', BUILD);
    await server.create('far', `${numbered(1, 5_000)}::error::far away\n${numbered(5_002, 9_000)}`);
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const row = (page: Page, line: number) =>
    page.locator('.row', { has: page.locator(`.number[href="#L${line}"]`) });
  const lines = async (page: Page): Promise<number[]> =>
    (await page.locator('.row .number').allTextContents()).map(Number);
  const open = async (path: string): Promise<Page> => {
    const page = await server.page(path);
    await page.locator('.chevron').first().waitFor();
    return page;
  };

  inBrowser('headings have a title, a chevron and a duration, and open and close their lines', async () => {
    const page = await open('/stream/build');
    const outer = row(page, 4);
    expect(await outer.locator('.text').textContent()).toBe('Outer');
    expect(await outer.locator('.tail').textContent()).toMatch(/4 lines.*1 m 40 s/);
    expect(await lines(page)).not.toContain(5);
    await outer.locator('.chevron').click();
    expect(await row(page, 5).locator('.text').textContent()).toBe('Inner');
    expect(await row(page, 5).locator('.tail').textContent()).toContain('42 s');
    await outer.locator('.text').click();
    await row(page, 5).waitFor({ state: 'detached' });
    expect(await outer.locator('.chevron').getAttribute('aria-expanded')).toBe('false');
  });

  inBrowser('only explicit markers fold, also behind a time', async () => {
    const page = await open('/stream/build');
    expect(await row(page, 9).locator('.text').textContent()).toContain('Azure');
    expect(await row(page, 9).locator('.chevron').count()).toBe(1);
    expect(await row(page, 14).locator('.chevron').count()).toBe(0);
  });

  inBrowser('one switch turns them off, and the numbers of the lines stay', async () => {
    const page = await open('/stream/build');
    await page.getByRole('button', { name: 'Folds' }).click();
    await row(page, 2).waitFor();
    expect(await lines(page)).toEqual(Array.from({ length: 14 }, (_, at) => at + 1));
    expect(await row(page, 1).locator('.text').textContent()).toBe('::group::Install');
    expect(await page.locator('.chevron').count()).toBe(0);
  });

  inBrowser('the keys [ and ] go from fold to fold, and o opens one', async () => {
    const page = await open('/stream/build');
    await page.keyboard.press(']');
    expect(await page.locator('.at-cursor .number').textContent()).toMatch(/^\s*4$/);
    await page.keyboard.press('[');
    expect(await page.locator('.at-cursor .number').textContent()).toMatch(/^\s*1$/);
    await page.keyboard.press('o');
    expect(await shownLine(page, 2)).toBe('added 200 packages');
  });

  inBrowser('errors and warnings are coloured and listed, and a click leads to them', async () => {
    const page = await open('/stream/build');
    expect(await row(page, 12).locator('.text').textContent()).toBe('Error: it is broken  src/a.ts:7');
    expect(await row(page, 12).getAttribute('class')).toContain('error');
    expect(await page.locator('.annotations').textContent()).toBe('1 error, 1 warning');
    const far = await server.page('/stream/far');
    await far.locator('.annotations', { hasText: '1 error' }).click();
    await far.getByRole('button', { name: /far away/ }).click();
    expect(await shownLine(far, 5_001)).toBe('Error: far away');
  });
});
