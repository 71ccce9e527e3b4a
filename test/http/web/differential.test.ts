import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { PendingBytes } from '../../../src/core/ingest/pending-bytes';
import { createApp } from '../../../src/http/app';
import type { PageFiles, WebFiles } from '../../../src/http/web/web-files';
import { Meters } from '../../../src/metrics/meters';
import { createLogger } from '../../../src/observe/logger';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { BROWSERS } from '../../support/accept-html';
import { configFrom } from '../../support/config';
import { type Answer, request } from '../../support/http';

const PAGE: PageFiles = { script: 'x.js', styles: [] };
const FILES: WebFiles = {
  pages: { list: PAGE, stream: PAGE, spy: PAGE, docs: PAGE },
  assets: new Map(),
  openapi: new Map(),
};

/** What clients that are not browsers send. */
const ACCEPTS = [
  undefined,
  '',
  '*/*',
  'application/json',
  'application/json, text/plain, */*',
  'text/event-stream',
  'application/x-ndjson',
  'text/plain',
  'image/png,image/*;q=0.8,*/*;q=0.5',
  'text/html;q=0',
  'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
];
const RANGES = [
  '*/*',
  'text/*',
  'text/plain',
  'application/json',
  'text/event-stream',
  'application/x-ndjson',
  'image/png',
];

const PATHS = [
  '/',
  '//',
  '/stream',
  '/stream/',
  '/stream?limit=1',
  '/stream?limits=1',
  '/stream/text',
  '/stream/text/',
  '/stream/text?notail',
  '/stream/text?line=2&lines=1',
  '/stream/text?raw',
  '/stream/page',
  '/stream/page?timestamps',
  '/stream/none',
  '/stream/%ff',
  '/stream/text/info',
  '/stream/text/index',
  '/v1/stream/text',
  '/healthz',
  '/nothing',
];

/** These never end: only their heads are compared. */
const LIVE_PATHS = ['/stream/open', '/spy', '/spy/', '/spy?color', '/events'];

describe('a server with pages beside one without', () => {
  const ends: (() => void)[] = [];
  let [withPages, without] = ['', ''];
  beforeAll(async () => {
    const store = new MemoryStore();
    ends.push(() => void store.close());
    const listen = async (files: WebFiles | undefined): Promise<string> => {
      const config = configFrom({ live: { heartbeat: '1s' } });
      const app = createApp({
        store,
        config,
        logger: createLogger({ level: 'silent', format: 'json' }),
        pending: new PendingBytes(config.limits.pendingTotal),
        meters: new Meters(),
        readMetrics: async () => [],
        readPages: () => files,
      });
      const server = createServer(app.handler);
      ends.push(() => void server.close());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };
    [withPages, without] = [await listen(FILES), await listen(undefined)];
    const post = (id: string, type: string, body: string, headers = {}) =>
      request(`${without}/stream/${id}`, {
        method: 'POST',
        headers: { 'Content-Type': type, 'Upload-Complete': '?1', ...headers },
        body,
      });
    await post('text', 'text/plain', 'one\ntwo\nthree\n');
    await post('page', 'text/html', '<script>alert(1)</script>\n');
    await post('open', 'text/plain', 'open\n', { 'Upload-Complete': '?0' });
  });
  afterAll(() => {
    for (const end of ends.splice(0)) end();
  });

  const seen = async (
    base: string,
    path: string,
    method: string,
    accept: string | undefined,
  ): Promise<object> => {
    const headers = accept === undefined ? {} : { Accept: accept };
    const { status, headers: got, text }: Answer = await request(base + path, { method, headers });
    const { date: _date, 'x-request-id': _id, ...rest } = got;
    return { status, headers: rest, text };
  };
  const expectSame = async (path: string, method: string, accept: string | undefined): Promise<void> => {
    const [one, other] = await Promise.all([
      seen(withPages, path, method, accept),
      seen(without, path, method, accept),
    ]);
    expect({ path, method, accept, ...one }).toEqual({ path, method, accept, ...other });
  };

  it('every client that is not a browser gets the same from both', async () => {
    for (const accept of ACCEPTS) {
      for (const path of PATHS) for (const method of ['GET', 'HEAD']) await expectSame(path, method, accept);
      for (const path of LIVE_PATHS) await expectSame(path, 'HEAD', accept);
    }
  });

  it('no Accept without text/html gets a page', async () => {
    const quality = fc.constantFrom('', ';q=1', ';q=0.5', ';q=0', '; charset="text/html"');
    const member = fc.tuple(fc.constantFrom(...RANGES), quality).map((parts) => parts.join(''));
    const accepts = fc.array(member, { maxLength: 4 }).map((members) => members.join(', '));
    await fc.assert(
      fc.asyncProperty(accepts, fc.constantFrom(...PATHS), (accept, path) => expectSame(path, 'GET', accept)),
      { numRuns: 200 },
    );
  });

  it('a browser gets the same from both with ?raw, and where there is no page', async () => {
    const paths = PATHS.filter((path) => /raw|info|index|v1|health|nothing|^\/\/$/.test(path));
    expect(paths.length).toBeGreaterThan(4);
    for (const accept of Object.values(BROWSERS))
      for (const path of paths) await expectSame(path, 'GET', accept);
  });

  it('a browser gets a page from the one, and what there is beside it from the other', async () => {
    const page = await seen(withPages, '/stream/page', 'GET', BROWSERS.Chromium);
    expect(page).toMatchObject({ text: expect.stringContaining('<div id="app">') });
    const stream = await seen(without, '/stream/page', 'GET', BROWSERS.Chromium);
    expect(stream).toMatchObject({
      text: '<script>alert(1)</script>\n',
      headers: { 'content-security-policy': "sandbox; default-src 'none'" },
    });
    expect(await seen(without, '/', 'GET', BROWSERS.Chromium)).toMatchObject({ status: 404 });
  });
});
