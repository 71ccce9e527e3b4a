import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { BROWSERS } from '../../support/accept-html';
import { request } from '../../support/http';
import { withLoom } from '../with-loom';

describe('the assets of the pages', () => {
  const loom = withLoom({ store: 'memory:' });
  let script: string;
  let style: string;
  beforeAll(async () => {
    const { text } = await request(loom.url('/'), { headers: { Accept: BROWSERS.Chromium } });
    script = loom.url(`/${/ src="([^"]+)"/.exec(text)?.[1]}`);
    style = loom.url(`/${/rel="stylesheet" href="([^"]+)"/.exec(text)?.[1]}`);
  });

  it('an asset never changes, and has its type', async () => {
    for (const [url, type] of [
      [script, 'text/javascript; charset=utf-8'],
      [style, 'text/css; charset=utf-8'],
    ] as const) {
      const { status, headers } = await request(url);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        vary: 'Accept-Encoding',
      });
    }
  });

  it('an asset comes compressed as its client likes it', async () => {
    const plain = await request(script);
    const forms = [
      { accepted: 'gzip, deflate, br, zstd', coding: 'br', decode: brotliDecompressSync },
      { accepted: 'gzip', coding: 'gzip', decode: gunzipSync },
      { accepted: 'br;q=0.5, gzip', coding: 'gzip', decode: gunzipSync },
      { accepted: 'br;q=0, gzip;q=0', coding: undefined, decode: (bytes: Buffer) => bytes },
      { accepted: 'zstd', coding: undefined, decode: (bytes: Buffer) => bytes },
    ];
    const tags = new Set<unknown>();
    for (const { accepted, coding, decode } of forms) {
      const { headers, body } = await request(script, { headers: { 'Accept-Encoding': accepted } });
      expect([accepted, headers['content-encoding']]).toEqual([accepted, coding]);
      expect(decode(body)).toEqual(plain.body);
      tags.add(headers.etag);
    }
    expect(tags.size).toBe(3);
  });

  it('a HEAD of an asset has the head of its GET, and a client that has it gets 304', async () => {
    const { headers } = await request(script);
    const head = await request(script, { method: 'HEAD' });
    expect([head.headers['content-length'], head.text]).toEqual([headers['content-length'], '']);
    const known = await request(script, { headers: { 'If-None-Match': String(headers.etag) } });
    expect([known.status, known.text]).toEqual([304, '']);
  });

  it.each(['/assets/none.js', '/assets/', '/assets', '/assets/manifest.json', '/assets/..%2fmanifest.json'])(
    '%s is no asset',
    async (path) => {
      const { status, text } = await request(loom.url(path));
      expect([status, JSON.parse(text).code]).toEqual([404, 'route_not_found']);
    },
  );

  it('an asset is only read', async () => {
    const { status, headers } = await request(script, { method: 'POST', body: 'x' });
    expect([status, headers.allow]).toEqual([405, 'HEAD, GET']);
  });
});
