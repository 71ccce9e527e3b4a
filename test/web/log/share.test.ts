import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, shownLine } from './log-server';

const TOKEN = 'secret-token';

describe('sharing a stream of a server with tokens', () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-share-'));
  const keys = join(directory, 'keys');
  let server: LogServer;
  beforeAll(async () => {
    writeFileSync(keys, `k1 ${'s'.repeat(40)}\n`);
    server = await LogServer.start({ LOOM_TOKENS: TOKEN, LOOM_LINKS_KEYS_FILE: keys });
    await server.create('build/7', 'one\ntwo\nthree\n', {}, TOKEN);
    await server.create('other', 'not for others\n', {}, TOKEN);
  });
  afterEach(() => server.closePages());
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const options = { permissions: ['clipboard-read', 'clipboard-write'] };
  const share = async (page: Page): Promise<string> => {
    await page.getByRole('button', { name: 'Download and share' }).click();
    await page.getByRole('button', { name: 'Copy link with access' }).click();
    await page.locator('.notice', { hasText: 'The link reads this stream until' }).waitFor();
    return String(await page.evaluate('navigator.clipboard.readText()'));
  };

  inBrowser(
    'a link with access shows the stream in a browser that has no token, and no other one',
    async () => {
      const page = await server.page(`/stream/build%2F7#L2&token=${TOKEN}`, options);
      await shownLine(page, 3);
      const link = await share(page);
      expect(link).toMatch(/^http:[^?#]*\/stream\/build%2F7#L2&token=loomlink1\.k1\.[\w.-]+$/);
      const [, secret = ''] = /token=(.*)$/.exec(link) ?? [];
      const theirs = await server.page(link.slice(server.loom.url.length));
      expect(await shownLine(theirs, 2)).toBe('two');
      expect(await theirs.locator('.row.linked').count()).toBe(1);
      expect(new URL(theirs.url()).hash).toBe('#L2');
      expect(await theirs.getByRole('dialog').count()).toBe(0);
      await theirs.goto(`${server.loom.url}/stream/other`);
      await theirs.getByText('The link is for another stream').first().waitFor();
      expect(server.addresses.filter((address) => address.includes('token'))).toEqual([]);
      await server.loom.logged('"msg":"link created"');
      const parts = [...secret.split('.').slice(2), TOKEN];
      for (const part of parts) expect(server.loom.stdout).not.toContain(part);
    },
  );

  inBrowser('the code of the link is loaded when it is used, and not with the page', async () => {
    const page = await server.page(`/stream/build%2F7#token=${TOKEN}`, options);
    await shownLine(page, 3);
    const isLoaded = () => server.addresses.some((address) => address.includes('/assets/share-link-'));
    expect(isLoaded()).toBe(false);
    await share(page);
    expect(isLoaded()).toBe(true);
  });

  inBrowser('a link with access that is shared again is refused with a sentence', async () => {
    const page = await server.page(`/stream/build%2F7#token=${TOKEN}`, options);
    await shownLine(page, 3);
    const link = await share(page);
    const theirs = await server.page(link.slice(server.loom.url.length), options);
    await shownLine(theirs, 3);
    await theirs.getByRole('button', { name: 'Download and share' }).click();
    await theirs.getByRole('button', { name: 'Copy link with access' }).click();
    await theirs.locator('.notice', { hasText: 'A link cannot make links' }).waitFor();
  });
});
