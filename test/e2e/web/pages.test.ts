import { BROWSERS } from '../../support/accept-html';
import { request } from '../../support/http';
import { withLoom } from '../with-loom';

const HTML = { Accept: BROWSERS.Chromium };
const PAGES = ['/', '/stream', '/stream/', '/stream/one', '/stream/one/', '/spy', '/spy/'];
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

describe('the pages', () => {
  const loom = withLoom({ store: 'memory:' });
  beforeAll(() => request(loom.url('/stream/one'), { method: 'POST', body: 'one\n' }));

  const page = (path: string, method = 'GET', headers = {}) =>
    request(loom.url(path), { method, headers: { ...HTML, ...headers } });

  it.each(PAGES)('%s is an HTML document with its headers, for GET and for HEAD', async (path) => {
    const { status, headers, text } = await page(path);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'Accept',
      etag: expect.stringMatching(/^"[\w-]{22}"$/),
    });
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    const head = await page(path, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(text)));
    expect(head.headers.etag).toBe(headers.etag);
    expect((await page(path, 'GET', { 'If-None-Match': String(headers.etag) })).status).toBe(304);
  });

  it.each(PAGES)('%s has no script or style in it, and its URLs lead to assets', async (path) => {
    const { text } = await page(path);
    expect(text).not.toMatch(/<style|style=|<script(?![^>]* src=)| on\w+=/);
    const links = [...text.matchAll(/ (?:href|src)="(?!data:|\?raw)([^"]+)"/g)].map(([, url = '']) => url);
    expect(links.length).toBeGreaterThanOrEqual(2);
    for (const link of links) {
      expect(link).not.toMatch(/^\/|:/);
      const asset = await request(new URL(link, loom.url(path)).href);
      expect([link, asset.status]).toEqual([link, 200]);
    }
  });

  it('a page without JavaScript leads to the raw log', async () => {
    expect((await page('/stream/one')).text).toContain('<a href="?raw">');
    expect((await page('/stream/one?raw')).text).toBe('one\n');
    expect((await page('/stream/one?raw', 'HEAD')).headers['content-length']).toBe('4');
    for (const path of ['/', '/spy']) expect((await page(path)).text).toMatch(/<noscript><p>This page needs/);
  });

  it('a download is the log, not a page', async () => {
    const { headers, text } = await page('/stream/one?download');
    expect([headers['content-disposition'], text]).toEqual([expect.stringContaining('attachment'), 'one\n']);
  });

  it('nothing of a URL is markup in its page', async () => {
    const id = encodeURIComponent(`"><script>alert('&amp;')</script>`);
    const { text } = await page(`/stream/${id}?q=%22%3E%3Cscript%3E`);
    expect(text).toContain(
      '<title>&#34;&#62;&#60;script&#62;alert(&#39;&#38;amp;&#39;)&#60;/script&#62; – Loom</title>',
    );
    expect(text.match(/<script/g)).toHaveLength(1);
  });

  it.each(['/stream/%ff', '/stream/%', '/stream/a%00b', `/stream/${'x'.repeat(513)}`])(
    'an invalid ID (%s) has a page, and the API refuses it',
    async (path) => {
      expect((await page(path)).status).toBe(200);
      const { status, text } = await request(loom.url(path));
      expect([status, JSON.parse(text).code]).toEqual([400, 'id_invalid']);
    },
  );

  it('a stream that does not exist has a page, as the page asks for it', async () => {
    expect((await page('/stream/none')).status).toBe(200);
  });

  it('a page whose Host is not the server’s is refused', async () => {
    for (const path of [...PAGES, '/assets/x.js'])
      expect((await page(path, 'GET', { Host: 'evil.test' })).status).toBe(403);
  });

  it('the root has only a page', async () => {
    const { status, text } = await request(loom.url('/'));
    expect([status, JSON.parse(text)]).toEqual([
      404,
      { error: 'There is nothing at /', code: 'route_not_found' },
    ]);
    expect((await page('/', 'POST')).status).toBe(404);
  });
});

describe('the pages of a server with tokens', () => {
  const loom = withLoom({ store: 'memory:', config: 'tokens: [secret]' });

  it.each(PAGES)('%s needs none, and what it asks for does', async (path) => {
    const { status, text } = await request(loom.url(path), { headers: HTML });
    expect(status).toBe(200);
    const [, script = ''] = / src="([^"]+)"/.exec(text) ?? [];
    expect((await request(new URL(script, loom.url(path)).href)).status).toBe(200);
    expect((await request(loom.url(path))).status).toBe(401);
    expect((await request(loom.url('/stream/one?raw'), { headers: HTML })).status).toBe(401);
  });
});
