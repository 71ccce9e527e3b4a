import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoomClient } from '../../src/client/loom-client';
import { Endpoint } from '../../src/client/wire/endpoint';

it.each([
  ['http://host:3060', 'http://host:3060/stream/a'],
  ['http://host:3060/', 'http://host:3060/stream/a'],
  ['http://host/loom', 'http://host/loom/stream/a'],
  ['https://host/loom//', 'https://host/loom/stream/a'],
])('an endpoint at %s builds the stream URL %s', (url, expected) => {
  expect(new Endpoint({ url }).stream('a').href).toBe(expected);
});

it.each([
  ['a/b', '/stream/a%2Fb'],
  ['a b?c#d', '/stream/a%20b%3Fc%23d'],
  ['größe', '/stream/gr%C3%B6%C3%9Fe'],
  ['%2e', '/stream/%252e'],
])('the id %s becomes the one path segment %s', (id, path) => {
  expect(new Endpoint({ url: 'http://host' }).stream(id).pathname).toBe(path);
});

it.each(['', '.', '..', '\ud800'])('the id %j is refused because a path cannot carry it', (id) => {
  expect(() => new LoomClient({ url: 'http://host' }).upload(id)).toThrow(
    expect.objectContaining({ code: 'INVALID' }),
  );
});

it.each(['localhost:3060', 'ftp://host', 'nonsense', 'http://host/?a=b', 'http://host/#a'])(
  'the URL %s is refused',
  (url) => {
    expect(() => new Endpoint({ url })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  },
);

it('an error quotes neither the password nor the token', () => {
  expect(() => new Endpoint({ url: 'http://user:secret@host' })).toThrow(/^(?!.*secret)/);
  expect(() => new Endpoint({ url: 'http://host', token: 'sec\nret' })).toThrow(/^(?!.*ret$)/);
});

it('the token is sent only in the Authorization header', async () => {
  const seen: [string, RequestInit | undefined][] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    seen.push([String(input), init]);
    return new Response(null, { headers: { 'X-Stream-State': 'open', 'Upload-Offset': '5' } });
  };
  await new LoomClient({ url: 'http://host', token: 'secret', fetch }).head('a');
  const [url, init] = seen[0] ?? [];
  expect(url).toBe('http://host/stream/a');
  expect(new Headers(init?.headers).get('Authorization')).toBe('Bearer secret');
});

it.each([
  ['http://host', 'a/../b', 'a%2F..%2Fb'],
  ['http://host/stream/of%20all', 'a/b', 'a%2Fb'],
  ['http://host/stream/of%20all', 'a', null],
])('at %s, the id %s is named as %s beside the path', async (url, id, named) => {
  const seen: RequestInit[] = [];
  const fetch: typeof globalThis.fetch = async (_, init = {}) => {
    seen.push(init);
    return new Response(null, { headers: { 'X-Stream-State': 'open', 'Upload-Offset': '5' } });
  };
  await new LoomClient({ url, fetch }).head(id);
  expect(new Headers(seen[0]?.headers).get('X-Stream-Id')).toBe(named);
});

it('an https request to an http server fails with a hint to http://', async () => {
  const server = createServer((_, res) => res.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new LoomClient({ url: `https://127.0.0.1:${port}` });
  await expect(client.head('a')).rejects.toThrow(
    `the server at 127.0.0.1:${port} does not use TLS: use http:// in place of https://`,
  );
  server.close();
});

it('an upload to a port that fetch blocks fails without a retry', async () => {
  const upload = new LoomClient({ url: 'http://127.0.0.1:6666' }).upload('a');
  await expect(upload.done).rejects.toMatchObject({ code: 'INVALID' });
});
