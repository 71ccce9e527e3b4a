import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { withLoom } from '../e2e/with-loom';
import { request } from '../support/http';
import { readOpenapi } from './watch/openapi-document';

const YAML = readFileSync(join(__dirname, '../../openapi.yaml'), 'utf8');

describe('the document at a server with tokens', () => {
  const loom = withLoom({ store: 'memory:', config: 'tokens: [secret]' });

  it('/openapi.yaml is the file of the repository, and /openapi.json has the same', async () => {
    const yaml = await request(loom.url('/openapi.yaml'));
    expect([yaml.status, yaml.headers['content-type'], yaml.text]).toEqual([200, 'application/yaml', YAML]);
    const json = await request(loom.url('/openapi.json'));
    expect([json.status, json.headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(json.text)).toEqual(readOpenapi());
    expect(json.text.endsWith('\n')).toBe(true);
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('the document comes compressed by %s for a client that prefers it', async (coding, decode) => {
    const { headers, body } = await request(loom.url('/openapi.yaml'), {
      headers: { 'Accept-Encoding': coding },
    });
    expect(headers['content-encoding']).toBe(coding);
    expect(decode(body).toString()).toBe(YAML);
    expect(body.length).toBeLessThan(30_000);
  });

  it.each(['/openapi.yaml', '/openapi.json', '/docs'])('a client that has %s gets 304', async (path) => {
    const { headers } = await request(loom.url(path));
    expect(headers['cache-control']).toBe('no-cache');
    const known = await request(loom.url(path), { headers: { 'If-None-Match': String(headers.etag) } });
    expect([known.status, known.text]).toEqual([304, '']);
    const head = await request(loom.url(path), { method: 'HEAD' });
    expect([head.headers['content-length'], head.headers.etag, head.text]).toEqual([
      headers['content-length'],
      headers.etag,
      '',
    ]);
  });

  it.each(['/openapi.yaml', '/openapi.json', '/docs'])(
    '%s is only read, and has nothing below it',
    async (path) => {
      const post = await request(loom.url(path), { method: 'POST', body: 'x' });
      expect([post.status, post.headers.allow]).toEqual([405, 'HEAD, GET']);
      expect((await request(loom.url(`${path}/more`))).status).toBe(404);
    },
  );

  it('every client gets the page of /docs, which has no data and needs no token', async () => {
    for (const path of ['/docs', '/docs/']) {
      const { status, headers, text } = await request(loom.url(path));
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain('<title>HTTP interface – Loom</title>');
    }
  });
});
