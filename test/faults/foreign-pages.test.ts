import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Call } from '../relay/call';
import { inBrowser, withBrowser } from '../support/browser';
import { request } from '../support/http';
import type { LoomProcess } from '../support/loom-process';
import { type Stage, withStage } from './stage';

const LOADING_MS = 60_000;

/** Every way in which a page sends something without asking first, and those in which its browser asks. Runs in a page. */
const ATTACK = `async (base) => {
  const tries = [
    [base + '/stream/kept?force=true', { method: 'POST', mode: 'no-cors', body: 'evil' }],
    [base + '/stream/kept?force=true', { method: 'POST', mode: 'no-cors', body: 'evil', credentials: 'include' }],
    [base + '/stream/kept?force=true', { method: 'PUT', body: 'evil' }],
    [base + '/stream/new', { method: 'POST', mode: 'no-cors', body: 'evil' }],
    [base + '/stream/kept', { method: 'DELETE' }],
    [base + '/v1/stream/kept', { method: 'DELETE' }],
    [base + '/v1/stream/kept', { method: 'POST', mode: 'no-cors', body: 'evil' }],
    [base + '/v1/stream/new', { method: 'PUT', body: 'evil' }],
    [base + '/rendezvous/stream', { method: 'POST', mode: 'no-cors' }],
    [base + '/channels/v1/work', { mode: 'no-cors' }],
    [base + '/channels/v1/work', { method: 'POST', mode: 'no-cors', body: 'evil' }],
    [base + '/channels/v1', { method: 'DELETE' }],
    [base + '/cama/session', { method: 'PUT' }],
    [base + '/packets/auth', { method: 'POST', mode: 'no-cors', body: 'evil' }],
  ];
  const read = [];
  for (const [url, init] of tries) {
    const answer = await fetch(url, init).catch(() => undefined);
    if (answer !== undefined && answer.type !== 'opaque') read.push(url);
  }
  for (const path of ['/stream', '/stream/kept', '/v1/stream/kept', '/stream/kept/info', '/rendezvous/stream']) {
    const answer = await fetch(base + path).catch(() => undefined);
    if (answer !== undefined) read.push(path);
  }
  await new Promise((resolve) => {
    const image = new Image();
    image.onload = image.onerror = resolve;
    image.src = base + '/channels/v1/work';
  });
  return read;
}`;

/** What a page of the same origin could do; an answer means that it could. */
const REBOUND = `async () => {
  const statuses = [];
  for (const [path, init] of [
    ['/stream', {}],
    ['/stream/kept', {}],
    ['/stream/kept?force=true', { method: 'POST', body: 'evil' }],
    ['/v1/stream/kept', { method: 'DELETE', headers: { Authorization: 'Bearer x' } }],
    ['/channels/v1/work', {}],
    ['/rendezvous/stream', { method: 'POST' }],
  ]) statuses.push((await fetch(path, init)).status);
  return statuses;
}`;

const RUN =
  'window.RUN = true; fetch("/stream").then((answer) => answer.text()).then((text) => { document.title = text; }); fetch("/healthz?RUN")';
const PAGE = `<!doctype html><title>quiet</title><body onload='${RUN}'><script>${RUN}</script><img src="/healthz?RUN">`;

describe('foreign pages in a browser', () => {
  const stage = withStage();
  // Every name is this machine's, as after a rebinding.
  const { newPage } = withBrowser(['--host-resolver-rules=MAP *.test 127.0.0.1']);

  inBrowser('a page of a foreign origin changes and reads nothing', async () => {
    const loom = await withKept(stage);
    const work = await new Call(`${loom.url}/channels/v1/work`, { method: 'POST', body: 'work' }).waits();
    const page = await newPage();
    for (const foreign of ['http://evil.test', 'http://localhost', 'http://127.0.0.1']) {
      await page.goto(`${foreign}:${await pagesOn(stage)}/`);
      expect([foreign, await page.evaluate(`(${ATTACK})(${JSON.stringify(loom.url)})`)]).toEqual([
        foreign,
        [],
      ]);
    }
    await expectKept(loom);
    await work.waits();
    expect((await new Call(`${loom.url}/channels/v1/work`).answer()).text).toBe('work');
  });

  inBrowser('a page of a foreign origin does not run a stream as a script', async () => {
    const loom = await stage.loom('memory:');
    const headers = { 'Content-Type': 'text/javascript' };
    await request(`${loom.url}/stream/script`, { method: 'POST', headers, body: 'window.RUN = true' });
    const page = await newPage();
    await page.goto(`http://evil.test:${await pagesOn(stage)}/`);
    for (const path of ['/stream/script', '/v1/stream/script', '/stream']) {
      await page.evaluate(
        `new Promise((resolve) => { const one = document.createElement('script'); one.onload = one.onerror = resolve; one.src = ${JSON.stringify(loom.url + path)}; document.body.append(one); })`,
      );
      expect([path, await page.evaluate('window.RUN')]).toEqual([path, undefined]);
    }
  });

  inBrowser('a page whose name is rebound to the server is refused', async () => {
    const loom = await withKept(stage);
    const page = await newPage();
    await page.goto(`http://evil.test:${loom.port}/healthz`);
    expect(await page.evaluate(`(${REBOUND})()`)).toEqual([403, 403, 403, 403, 403, 403]);
    await expectKept(loom);
  });

  inBrowser('a page of an allowed origin changes streams and reads answers and their headers', async () => {
    const port = await pagesOn(stage);
    const loom = await withKept(stage, `http: {allowOrigin: "http://app.test:${port}"}`);
    const page = await newPage();
    await page.goto(`http://app.test:${port}/`);
    const seen = await page.evaluate(async (base) => {
      const json = { 'Content-Type': 'application/json', 'Stream-TTL': '60' };
      const made = await fetch(`${base}/v1/stream/made`, { method: 'PUT', headers: json });
      const posted = await fetch(`${base}/stream/posted`, {
        method: 'POST',
        headers: { 'X-Stream-Metadata': '{"a":1}' },
        body: 'x',
      });
      const got = await fetch(`${base}/stream/posted`);
      const deleted = await fetch(`${base}/stream/kept`, { method: 'DELETE' });
      const channels = await fetch(`${base}/channels/v1`, { method: 'DELETE' });
      return {
        statuses: [made.status, posted.status, got.status, deleted.status, channels.status],
        offset: made.headers.get('Stream-Next-Offset'),
        metadata: got.headers.get('X-Stream-Metadata'),
        requestId: got.headers.get('X-Request-Id') !== null,
      };
    }, loom.url);
    expect(seen).toEqual({
      statuses: [201, 201, 200, 204, 200],
      offset: expect.stringMatching(/^\d{16}_\d{16}$/),
      metadata: '{"a":1}',
      requestId: true,
    });
  });

  inBrowser('a page from a relay on the main port does not run and cannot read streams', async () => {
    const loom = await withKept(stage);
    const page = await newPage();
    const happened: string[] = [];
    // Chromium announces also requests that the policy of the page then forbids.
    page.on('response', (one) => {
      if (one.url().includes('RUN')) happened.push(one.url());
    });
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml']) {
      for (const path of [await rendezvousWith(loom, type), '/channels/v1/page']) {
        const sent = new Call(loom.url + path, {
          method: path.startsWith('/channels') ? 'POST' : 'PUT',
          headers: { 'Content-Type': type },
          body: PAGE,
        });
        await page.goto(loom.url + path, { timeout: LOADING_MS });
        await sent.answer();
        expect(await page.evaluate('document.title')).not.toContain('kept');
        expect(await page.evaluate('window.RUN === undefined && origin')).toBe('null');
      }
    }
    expect(happened).toEqual([]);
  });

  inBrowser('a page of the server gets no script, frame or worker from a relay', async () => {
    const loom = await withKept(stage);
    const page = await newPage();
    await page.goto(`${loom.url}/healthz`);
    const send = (type: string, body: string): Call =>
      new Call(`${loom.url}/channels/v1/part`, { method: 'POST', headers: { 'Content-Type': type }, body });
    const use = (code: string): Promise<unknown> => page.evaluate(`new Promise((resolve) => { ${code} })`);
    const asFrame = send('text/html', `<script>parent.RUN = true</script>`);
    await use(
      `const one = document.createElement('iframe'); one.onload = resolve; one.src = '/channels/v1/part'; document.body.append(one);`,
    );
    await asFrame.answer();
    const asScript = send('text/plain', 'window.RUN = true');
    await use(
      `const one = document.createElement('script'); one.onload = one.onerror = resolve; one.src = '/channels/v1/part'; document.body.append(one);`,
    );
    await asScript.answer();
    const asWorker = send('text/html', 'postMessage(1)');
    await use(
      `const one = new Worker('/channels/v1/part'); one.onmessage = () => { window.RUN = true; resolve(); }; one.onerror = resolve;`,
    );
    await asWorker.answer();
    expect(await page.evaluate('window.RUN')).toBeUndefined();
  });
});

async function withKept(stage: Stage, config = ''): Promise<LoomProcess> {
  const loom = await stage.loom('memory:', config);
  await request(`${loom.url}/stream/kept`, { method: 'POST', body: 'kept' });
  return loom;
}

async function expectKept(loom: LoomProcess): Promise<void> {
  expect((await request(`${loom.url}/stream/kept`)).text).toBe('kept');
  const { streams } = JSON.parse((await request(`${loom.url}/stream`)).text);
  expect(streams.map(({ id }: { id: string }) => id)).toEqual(['kept']);
  expect(JSON.parse((await request(`${loom.url}/rendezvous/stream`)).text)).toEqual([]);
}

/** @returns the port of a foreign site */
async function pagesOn(stage: Stage): Promise<number> {
  const server = createServer((_req, res) =>
    res.setHeader('Content-Type', 'text/html').end('<!doctype html>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.add(server, (one) => {
    one.close();
    one.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function rendezvousWith(loom: LoomProcess, type: string): Promise<string> {
  const body = JSON.stringify({ download_headers: { 'Content-Type': type } });
  const { text } = await request(`${loom.url}/rendezvous/stream`, { method: 'POST', body });
  return `/rendezvous/stream/${JSON.parse(text).stream}`;
}
