import { BROWSERS } from '../../support/accept-html';
import { faultsOf, inBrowser, withBrowser } from '../../support/browser';
import { Consumer, request } from '../../support/http';
import { startNginxBelowLogs } from '../../support/nginx';
import type { ProxyProcess } from '../../support/proxy-process';
import { withLoom } from '../with-loom';

const ID = 'a%2Fb%20c';

describe('the pages below a path of nginx, as the page of the viewer configures it', () => {
  const loom = withLoom({ store: 'memory:' });
  const { newPage } = withBrowser();
  let nginx: ProxyProcess;
  beforeAll(async () => {
    nginx = await startNginxBelowLogs(loom.process().port);
    await request(`${nginx.url}/stream/${ID}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: 'one\n',
    });
  });
  afterAll(() => nginx.stop());

  it.each(['/', '/stream', '/stream/', `/stream/${ID}`, '/spy'])(
    '%s and its assets are there',
    async (path) => {
      const { status, text } = await request(nginx.url + path, { headers: { Accept: BROWSERS.Chromium } });
      expect(status).toBe(200);
      const assets = [...text.matchAll(/ (?:href|src)="([^"]*assets\/[^"]+)"/g)].map(([, url = '']) => url);
      expect(assets.length).toBeGreaterThanOrEqual(2);
      for (const asset of assets) {
        const url = new URL(asset, nginx.url + path).href;
        expect(url).toMatch(`${nginx.url}/assets/`);
        expect((await request(url)).status).toBe(200);
      }
    },
  );

  it('the raw stream and the events are there', async () => {
    expect((await request(`${nginx.url}/stream/${ID}?raw`)).text).toBe('one\n');
    const events = await Consumer.open(`${nginx.url}/events`);
    await request(`${nginx.url}/stream/later`, { method: 'POST', body: 'x' });
    await events.until('event: closed\ndata: {"id":"later"');
    events.close();
  });

  it('Location and Link of a new stream lead below the path', async () => {
    for (const [method, path] of [
      ['POST', '/stream/made'],
      ['PUT', '/stream'],
    ] as const) {
      const made = await request(nginx.url + path, { method, body: 'x' });
      expect(made.headers.location).toMatch(`${nginx.url}/stream/`);
      const [, link = ''] = /^<([^>]+)>/.exec(String(made.headers.link)) ?? [];
      expect(new URL(link, nginx.url + path).href).toBe(made.headers.location);
    }
  });

  inBrowser('a browser loads every page, and asks for nothing beyond the path', async () => {
    for (const path of ['/', '/stream', `/stream/${ID}`, '/spy']) {
      const page = await newPage();
      const faults = faultsOf(page, nginx.url);
      const answer = await page.goto(nginx.url + path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      expect([path, faults]).toEqual([path, { errors: [], foreign: [] }]);
    }
  });
});
