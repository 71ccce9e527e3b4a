import { faultsOf, inBrowser, withBrowser } from '../support/browser';
import { request } from '../support/http';
import { withStage } from './stage';

describe('the pages in a browser', () => {
  const stage = withStage();
  const { newPage } = withBrowser();

  inBrowser('every page loads without an error, and asks only its server', async () => {
    const loom = await stage.loom('memory:');
    await request(`${loom.url}/stream/one`, { method: 'POST', body: 'one\n' });
    for (const path of ['/', '/stream', '/stream/one', '/spy']) {
      const page = await newPage();
      const faults = faultsOf(page, loom.url);
      const answer = await page.goto(loom.url + path, { waitUntil: 'load' });
      expect([path, answer?.status()]).toEqual([path, 200]);
      expect(await page.locator('#app').count()).toBe(1);
      expect([path, faults]).toEqual([path, { errors: [], foreign: [] }]);
    }
  });

  inBrowser('a page without JavaScript leads to the raw log', async () => {
    const loom = await stage.loom('memory:');
    await request(`${loom.url}/stream/a%2Fb`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: 'the log\n',
    });
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(`${loom.url}/stream/a%2Fb`);
    await page.getByRole('link').click();
    await page.waitForURL('**/stream/a%2Fb?raw');
    expect(await page.textContent('body')).toBe('the log\n');
  });
});
