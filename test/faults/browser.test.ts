import { setTimeout as delay } from 'node:timers/promises';
import { inBrowser, withBrowser } from '../support/browser';
import { Producer, request } from '../support/http';
import { eventually } from './eventually';
import { complaints } from './health';
import { withStage } from './stage';

/** Runs in a page of the server. Returns whether a stream in a frame or as a script has run. */
const EMBED = `new Promise((resolve) => {
  const frame = document.createElement('iframe');
  frame.src = '/stream/page';
  frame.onload = () => {
    const script = document.createElement('script');
    script.src = '/stream/script';
    script.onload = script.onerror = () => resolve('RUN' in window);
    document.body.append(script);
  };
  document.body.append(frame);
})`;

/** Runs in a page of the server. Collects what an EventSource gets. */
const FOLLOW = `
  var seen = { text: '', ends: [] };
  var source = new EventSource('/stream/live');
  source.onmessage = ({ data }) => { seen.text += data + '\\n'; };
  source.addEventListener('partial', ({ data }) => { seen.text += data; });
  source.addEventListener('end', ({ data }) => { seen.ends.push(data); });
`;

/** Runs in a page of the server, which clears itself on `reset`. Collects what it shows, and every event in order as `kind data`. */
const SHOW = `
  var shown = '';
  var events = [];
  var source = new EventSource('/stream/rep');
  source.onmessage = ({ data }) => { shown += data + '\\n'; events.push('message ' + data); };
  source.addEventListener('partial', ({ data }) => { shown += data; events.push('partial ' + data); });
  source.addEventListener('reset', ({ data }) => { shown = ''; events.push('reset ' + data); });
  source.addEventListener('end', ({ data }) => { events.push('end ' + data); });
`;

interface Seen {
  readonly text: string;
  readonly ends: readonly string[];
  /** `EventSource.readyState`: 2 is closed. */
  readonly state: number;
}

const SCRIPT = 'document.title = "RUN"; alert("RUN"); fetch("/healthz?RUN")';
const HOSTILE: readonly (readonly [type: string, content: string])[] = [
  ['text/html', `<html><body><script>${SCRIPT}</script><img src=x onerror='${SCRIPT}'></body></html>`],
  ['text/html; charset=utf-7', `+ADw-script+AD4-${SCRIPT}+ADw-/script+AD4-`],
  [
    'image/svg+xml',
    `<svg xmlns="http://www.w3.org/2000/svg" onload='${SCRIPT}'><script>${SCRIPT}</script></svg>`,
  ],
  [
    'application/xhtml+xml',
    `<html xmlns="http://www.w3.org/1999/xhtml"><body><script>${SCRIPT}</script></body></html>`,
  ],
  ['text/xml', `<x:script xmlns:x="http://www.w3.org/1999/xhtml">${SCRIPT}</x:script>`],
  ['text/plain', `<script>${SCRIPT}</script>`],
  ['', `<!DOCTYPE html><script>${SCRIPT}</script>`],
  [
    'text/html',
    `<meta http-equiv="refresh" content="0;url=/healthz?RUN"><form action="/healthz?RUN"><input autofocus onfocus='${SCRIPT}'>`,
  ],
  [
    'text/html',
    `<iframe srcdoc="<script>parent.${SCRIPT}</script>"></iframe><object data="data:text/html,<script>${SCRIPT}</script>">`,
  ],
];

describe('streams in a browser', () => {
  const stage = withStage();
  const { newPage } = withBrowser();

  inBrowser('a browser runs no stream, whatever its type', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    const happened: string[] = [];
    page.on('dialog', (dialog) => {
      happened.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {
        // Its page is gone already.
      });
    });
    page.on('request', (req) => {
      if (req.url().includes('RUN')) happened.push(`a request: ${req.url()}`);
    });
    for (const [n, [type, content]] of HOSTILE.entries()) {
      const open = new Producer(`${loom.url}/stream/open-${n}`, { headers: { 'Content-Type': type } });
      await open.write(content);
      const closed = { method: 'POST', headers: { 'Content-Type': type }, body: content };
      await request(`${loom.url}/stream/closed-${n}`, closed);
      for (const id of [`closed-${n}?raw`, `closed-${n}?notail&raw`, `open-${n}?notail&raw`, `closed-${n}`]) {
        // What is offered as a download is not run, either.
        await page.goto(`${loom.url}/stream/${id}`).catch((error) => {
          if (!String(error).includes('Download is starting')) throw error;
        });
        // No event shows that a loaded page does nothing more, such as a refresh.
        await delay(30);
        if ((await page.title()) === 'RUN') happened.push(`a script of ${type}`);
      }
      open.destroy();
    }
    expect(happened).toEqual([]);
  });

  inBrowser('a browser runs no stream as a part of another page of the server', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    const post = (id: string, type: string, body: string) =>
      request(`${loom.url}/stream/${id}`, { method: 'POST', headers: { 'Content-Type': type }, body });
    await post('script', 'application/octet-stream', 'window.RUN = true');
    await post('page', 'text/html', '<script>parent.RUN = true</script>');
    await page.goto(`${loom.url}/healthz`);
    const run = await page.evaluate(EMBED);
    expect(run).toBe(false);
    const { headers } = await request(`${loom.url}/stream/script`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  inBrowser('an EventSource follows a stream across a restart to its end, and then closes', async () => {
    const loom = await stage.loom(`file:${await stage.directory()}`, 'resumeGrace: 60s');
    const url = `${loom.url}/stream/live`;
    const lines = Array.from({ length: 60 }, (_, n) => `line ${n}, ${'äöü€💩'.repeat(n % 3)}`);
    await request(url, { method: 'POST', headers: { 'Upload-Complete': '?0' } });
    let offset = 0;
    const append = async (some: readonly string[], complete = false): Promise<void> => {
      const body = Buffer.from(some.map((line) => `${line}\n`).join(''));
      const { status } = await request(url, {
        method: 'PATCH',
        headers: {
          'Content-Type': 'application/partial-upload',
          'Upload-Offset': String(offset),
          'Upload-Complete': complete ? '?1' : '?0',
        },
        body,
      });
      expect(status).toBe(204);
      offset += body.length;
    };

    const page = await newPage();
    const asked: { status: number; lastEventId: string | undefined }[] = [];
    page.on('response', async (res) => {
      if (!res.url().endsWith('/stream/live')) return;
      const { 'last-event-id': lastEventId } = await res.request().allHeaders();
      asked.push({ status: res.status(), lastEventId });
    });
    await page.goto(`${loom.url}/healthz`);
    await page.evaluate(FOLLOW);
    const seen = () => page.evaluate('({ ...seen, state: source.readyState })') as Promise<Seen>;
    const textOf = (count: number): string =>
      lines
        .slice(0, count)
        .map((line) => `${line}\n`)
        .join('');
    const hasRead = (count: number) =>
      eventually(`it has read ${count} lines`, async () => (await seen()).text === textOf(count));

    for (let n = 0; n < 20; n += 1) await append(lines.slice(n, n + 1));
    await hasRead(20);
    await loom.restart();
    await append(lines.slice(20, 40));
    await hasRead(40);
    await append(lines.slice(40), true);
    await eventually('the EventSource is closed', async () => (await seen()).state === 2);

    expect(await seen()).toEqual({ text: textOf(60), ends: ['closed; outcome=complete'], state: 2 });
    await eventually('its last answer was looked at', () => asked.at(-1)?.status === 204);
    expect(asked.at(0)).toEqual({ status: 200, lastEventId: undefined });
    expect(asked.at(-1)?.lastEventId).toMatch(new RegExp(`^${offset}-[\\da-f-]{36}$`));
    expect(complaints(loom)).toEqual([]);
  });

  describe.each(['files', 'Redis'])('a stream that is replaced while it is shown, on %s', (name) => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from + 1 }, (_, n) => `${from + n}\n`).join('');

    inBrowser('a page shows only the new stream, and gets none of it before a reset', async () => {
      const store = name === 'files' ? `file:${await stage.directory()}` : (await stage.redis()).url;
      const loom = await stage.loom(store);
      const url = `${loom.url}/stream/rep`;
      const old = new Producer(url);
      await old.write(lines(1, 40));
      const generation = String((await old.head).headers['x-stream-generation']);
      const page = await newPage();
      await page.goto(`${loom.url}/healthz`);
      await page.evaluate(SHOW);
      const shown = (): Promise<unknown> => page.evaluate('shown');
      await eventually('the page shows the old stream', async () => (await shown()) === lines(1, 40));
      const replaced = await request(`${url}?force=true`, { method: 'POST', body: lines(5001, 5060) });
      expect(replaced.headers['x-stream-replaced']).toBe('true');
      await eventually(
        'the EventSource is closed',
        async () => (await page.evaluate('source.readyState')) === 2,
      );
      expect(await shown()).toBe(lines(5001, 5060));
      const events = (await page.evaluate('events')) as string[];
      const reset = events.findIndex((event) => event.startsWith('reset '));
      expect(events.slice(0, reset).join('\n')).not.toContain('50');
      expect(events.slice(reset + 1).join('\n')).not.toMatch(/\b40$/m);
      expect(JSON.parse((events[reset] ?? '').slice('reset '.length))).toEqual({
        generation: replaced.headers['x-stream-generation'],
        reason: 'replaced',
      });
      expect(generation).not.toBe(replaced.headers['x-stream-generation']);
      expect(complaints(loom)).toEqual([]);
    });
  });
});
