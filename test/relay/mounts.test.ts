import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { withLoom } from '../e2e/with-loom';
import { Call } from './call';

const bash = async (command: string): Promise<string> =>
  (await promisify(execFile)('bash', ['-c', command], { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 }))
    .stdout;

/** The address of a relay on its own port, from the log. */
const ownUrl = (output: string, relay: string): string =>
  new RegExp(`"relay":"(http:[^"]+)","serve":"${relay}"`).exec(output)?.[1] ?? '';

describe('the commands of the documentation', () => {
  const listeners = ['rendezvous', 'httpipe', 'cama'].map((serve) => `{serve: ${serve}, port: 0}`);
  const loom = withLoom({ store: 'file:', config: `listeners: [${listeners}]` });
  const at = (relay: string): string => ownUrl(loom.output(), relay).replace('127.0.0.1', 'localhost');

  it('the commands of HTTP-Rendezvous work on its own port', async () => {
    const created = await bash(`curl -X POST ${at('rendezvous')}/stream`);
    expect(created).toMatch(/^\{"stream":"[\w-]+"\}\n$/);
    const { stream } = JSON.parse(created);
    const received = await bash(`export STREAM=${stream}
      curl -iX PUT -T /dev/urandom ${at('rendezvous')}/stream/$STREAM > /dev/null & PUT=$!
      curl -isX GET ${at('rendezvous')}/stream/$STREAM | head -c 20000000 | wc -lc
      wait $PUT`);
    expect(received).toContain(' 20000000');
  });

  it('the commands of httpipe work on its own port', async () => {
    expect(
      await bash(`curl -s -XPOST ${at('httpipe')}/channels/v1/do_work -d"hello" &
        curl -s -XGET ${at('httpipe')}/channels/v1/do_work; wait`),
    ).toBe('hello');
  });

  it('the raw requests of cama work on its own port', async () => {
    const port = new URL(at('cama')).port;
    const raw = (request: string): Promise<string> =>
      bash(`exec 3<>/dev/tcp/127.0.0.1/${port}; printf '${request}' >&3; timeout 2 cat <&3 || true`);
    const head = 'Host: localhost:8000\\r\\n';
    const allocated = await raw(
      `PUT /cama/session HTTP/1.1\\r\\n${head}Connection: close\\r\\nContent-Length: 0\\r\\n\\r\\n`,
    );
    expect(allocated).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    const location = /^Location: (.+)\r$/m.exec(allocated)?.[1];
    const token = /token="[^"]+"/.exec(allocated)?.[0];
    const host = raw(
      `GET ${location} HTTP/1.1\\r\\n${head}Cookie: ${token}\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n`,
    );
    const guest = await raw(
      `POST ${location} HTTP/1.1\\r\\n${head}Connection: close\\r\\nContent-Type: text/plain\\r\\nContent-Length: 5\\r\\n\\r\\nHello`,
    );
    expect(guest).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(guest).toContain('X-Bytes-Delivered: 5\r\n');
    expect(await host).toMatch(/Content-Type: text\/plain\r\nContent-Length: 5\r\n.*\r\n\r\nHello$/s);
  });
});

describe('relays with tokens', () => {
  const loom = withLoom({
    store: 'memory:',
    config: `
tokens:
  - all
  - {token: relay, scopes: [relay]}
  - {token: reader, scopes: [consume]}
  - {token: team, prefix: team-}
listeners: [{serve: httpipe, port: 0}]
`,
  });
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const status = (path: string, method: string, headers = {}): Promise<number> =>
    new Call(loom.url(path), { method, headers, body: '' }).status();

  it.each([
    ['/rendezvous/stream', 'POST'],
    ['/rendezvous/stream', 'GET'],
    ['/cama/session', 'PUT'],
    ['/channels/v1/x', 'GET'],
    ['/channels/v1/x', 'POST'],
    ['/channels/v1', 'DELETE'],
  ])('%s %s needs a token with the scope relay', async (path, method) => {
    expect(await status(path, method)).toBe(401);
    expect(await status(path, method, bearer('wrong'))).toBe(401);
    expect(await status(path, method, bearer('reader'))).toBe(403);
    expect(await status(path, method, bearer('team'))).toBe(403);
  });

  it('a stream and a session that a token created need no token', async () => {
    const headers = bearer('relay');
    const created = await new Call(loom.url('/rendezvous/stream'), {
      method: 'POST',
      headers,
      body: '',
    }).answer();
    const path = `/rendezvous/stream/${JSON.parse(created.text).stream}`;
    const sender = new Call(loom.url(path), { method: 'PUT', body: 'x' });
    expect((await new Call(loom.url(path)).answer()).text).toBe('x');
    await sender.answer();
    const session = await new Call(loom.url('/cama/session'), { method: 'PUT', headers, body: '' }).answer();
    const location = String(session.headers.location);
    expect(await status(location, 'DELETE')).toBe(403);
    expect(await status('/channels/v1', 'DELETE', bearer('all'))).toBe(200);
  });

  it('a relay on its own port needs a token, too', async () => {
    expect(await new Call(`${ownUrl(loom.output(), 'httpipe')}/channels/a/b`).status()).toBe(401);
  });

  it('the log contains neither tokens nor whole ids', async () => {
    // Then all lines are out.
    await loom.process().stop();
    for (const secret of ['Bearer', 'reader', 'wrong']) expect(loom.output()).not.toContain(secret);
    expect(loom.output()).toMatch(/"relay":"rendezvous","method":"PUT","path":"\/stream\/[\w-]{8}…"/);
  });
});

describe('the settings of the relays', () => {
  const loom = withLoom({
    store: 'memory:',
    config: `
tokens: [secret]
relay: {waiting: 2}
rendezvous: {public: true, listed: false, streams: 3}
httpipe: {public: true}
cama: {enabled: false, sessions: 1}
listeners: [{serve: cama, port: 0}]
`,
  });
  const call = (path: string, method = 'GET'): Call => new Call(loom.url(path), { method, body: '' });

  it('a public relay needs no token, and an unlisted one returns no list', async () => {
    expect(await call('/rendezvous/stream', 'POST').status()).toBe(201);
    expect(await call('/rendezvous/stream').status()).toBe(404);
  });

  it('a disabled relay is served on its own port only, up to its number of sessions', async () => {
    const headers = { Authorization: 'Bearer secret' };
    expect(await new Call(loom.url('/cama/session'), { method: 'PUT', headers, body: '' }).status()).toBe(
      404,
    );
    const own = `${ownUrl(loom.output(), 'cama')}/cama/session`;
    expect(await new Call(own, { method: 'PUT', headers, body: '' }).status()).toBe(201);
    expect(await new Call(own, { method: 'PUT', headers, body: '' }).status()).toBe(503);
  });

  it('streams and waiting requests beyond their limits get 503', async () => {
    const statuses = [];
    for (let count = 0; count < 3; count += 1)
      statuses.push(await call('/rendezvous/stream', 'POST').status());
    expect(statuses).toEqual([201, 201, 503]);
    const waiting = [await call('/channels/v1/a').waits(), await call('/channels/v1/b').waits()];
    expect(await call('/channels/v1/c').status()).toBe(503);
    for (const one of waiting) await one.leave();
  });

  it('other paths are still served by Loom', async () => {
    expect(await call('/healthz').status()).toBe(200);
    expect(await call('/channelsandmore').status()).toBe(401);
  });
});
