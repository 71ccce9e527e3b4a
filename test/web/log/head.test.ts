import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, shownLine } from './log-server';

const ESC = '\u001b';

describe('the head of a stream', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    const text = `${ESC}[31mred\u001b[0m one\nplain two\n${ESC}[1mbold\u001b[0m three\n`;
    await server.create('build/7', text, { branch: 'main', exitCode: 2 });
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const open = async (query = ''): Promise<Page> => {
    const page = await server.page(`/stream/build%2F7${query}`, {
      acceptDownloads: true,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await shownLine(page, 3);
    return page;
  };
  const choose = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: 'Download and share' }).click();
    await page.getByRole('button', { name }).click();
  };
  const downloaded = async (page: Page, name: string): Promise<{ file: string; text: string }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), choose(page, name)]);
    return { file: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  };

  inBrowser(
    'it has the id, the state with the exit code, the duration, the lines, the bytes and the metadata',
    async () => {
      const page = await open();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('build/7');
      // The lines are counted once the first ones are shown.
      await page.locator('.facts', { hasText: /^failed, exit 2\d+(?:\.\d)? [a-z]+3 lines\d\d B$/ }).waitFor();
      expect(await page.locator('.metadata').textContent()).toBe('branchmain');
    },
  );

  inBrowser('a download is the raw log, its plain text, or the matches of the search', async () => {
    const page = await open('?q=t');
    await page.locator('.find-bar .count', { hasText: '1 of 2' }).waitFor();
    expect(await downloaded(page, 'Download raw log')).toEqual({
      file: 'build_7.log',
      text: `${ESC}[31mred${ESC}[0m one\nplain two\n${ESC}[1mbold${ESC}[0m three\n`,
    });
    expect(await downloaded(page, 'Download plain text')).toEqual({
      file: 'build_7.txt',
      text: 'red one\nplain two\nbold three\n',
    });
    expect((await downloaded(page, 'Download matches')).text).toBe('plain two\nbold three\n');
  });

  inBrowser.each([
    ['Copy link', /^http:.*\/stream\/build%2F7#L2$/],
    ['Copy curl command', /^curl -N http:\/\/127\.0\.0\.1:\d+\/stream\/build%2F7$/],
    ['Copy stream follow command', /^stream follow http:\/\/127\.0\.0\.1:\d+ build\/7$/],
  ])('%s copies what can be used elsewhere', async (name, expected) => {
    const page = await open('#L2');
    await choose(page, name);
    await page.locator('.notice', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(expected);
  });
});
