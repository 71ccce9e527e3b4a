import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withStage } from '../../faults/stage';
import { faultsOf, inBrowser, withBrowser } from '../../support/browser';
import { request } from '../../support/http';
import type { LoomProcess } from '../../support/loom-process';
import { seriousViolations } from '../support/axe';

const DIST = join(__dirname, '../../../dist/web');
/** As a browser gets them: gzipped. */
const PAGE_BYTES_MAX = 40_000;
const TOKENS = 'tokens: [secret]';

interface PageFiles {
  readonly script: string;
  readonly styles: readonly string[];
}

it.each(['list', 'stream', 'spy', 'docs'])(
  'all scripts and styles of the page %s have at most 40 kB',
  (name) => {
    const manifest: Record<string, PageFiles> = JSON.parse(readFileSync(join(DIST, 'manifest.json'), 'utf8'));
    const { script, styles } = manifest[name] ?? { script: '', styles: [] };
    const sizes = [script, ...styles].map((file) => statSync(join(DIST, `${file}.gz`)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
  },
);

describe('the token of the pages', () => {
  const stage = withStage();
  const { newPage } = withBrowser();
  const serve = async (): Promise<LoomProcess> => {
    const loom = await stage.loom('memory:', TOKENS);
    const headers = { Authorization: 'Bearer secret' };
    await request(`${loom.url}/stream/build-1`, { method: 'POST', headers, body: 'x\n' });
    return loom;
  };

  inBrowser('a page asks once, again after a wrong one, and keeps the right one in its tab', async () => {
    const loom = await serve();
    const page = await newPage({ bypassCSP: true });
    const urls: string[] = [];
    page.on('request', (one) => urls.push(`${one.url()} ${one.headers()['referer'] ?? ''}`));
    await page.goto(loom.url);
    await page.getByRole('heading', { name: 'This server needs a token' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The server refused this token' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'build-1' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'build-1' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.evaluate('JSON.stringify([document.cookie, { ...localStorage }])')).toBe('["",{}]');
    expect(urls.filter((one) => /secret|wrong/.test(one))).toEqual([]);
  });

  inBrowser('a person who gives up is told what is missing, and can change their mind', async () => {
    const loom = await serve();
    const page = await newPage();
    await page.goto(loom.url);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('This server needs a token.').waitFor();
    await page.getByRole('button', { name: 'Enter a token' }).click();
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'build-1' }).waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  inBrowser('the token of a shared link is taken over and leaves the address and the history', async () => {
    const loom = await serve();
    const page = await newPage();
    await page.goto(`${loom.url}/spy#token=secret`);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(page.url()).toBe(`${loom.url}/spy`);
    await page.getByRole('link', { name: 'Streams' }).click();
    await page.getByRole('link', { name: 'build-1' }).waitFor();
    await page.goBack();
    expect(page.url()).toBe(`${loom.url}/spy`);
  });
});

describe('the frame of the pages', () => {
  const stage = withStage();
  const { newPage } = withBrowser();

  inBrowser('the theme is that of the system until a person chooses, and the choice is kept', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage({ colorScheme: 'dark' });
    const faults = faultsOf(page, loom.url);
    const background = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.goto(loom.url);
    const dark = await background();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    expect(light).not.toBe(dark);
    const button = page.getByRole('button', { name: /^Colours/ });
    await button.click();
    await button.click();
    expect([await button.getAttribute('aria-label'), await background()]).toEqual(['Colours: dark', dark]);
    await page.goto(`${loom.url}/spy`);
    expect(await background()).toBe(dark);
    expect(faults).toEqual({ errors: [], foreign: [] });
  });

  inBrowser('the keys are shown by ?, and everything is reached by Tab', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    await page.goto(`${loom.url}/spy`);
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Follow the end').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const reached: string[] = [];
    for (let at = 0; at < 11; at++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent'),
      );
    }
    for (const name of ['Skip to the content', 'Loom', 'Streams', 'Spy', 'Keys', 'Pause', 'Clear'])
      expect(reached).toContain(name);
  });
});
