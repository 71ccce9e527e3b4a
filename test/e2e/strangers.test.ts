import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { ownUrl } from '../relay/deployments';
import { type Answer, request } from '../support/http';
import { type LoomUnderTest, withLoom } from './with-loom';

type Route = readonly [method: string, path: string];
type Headers = Readonly<Record<string, string>>;

const CHANGING: readonly Route[] = [
  ['POST', '/stream'],
  ['POST', '/stream/kept?force=true'],
  ['PUT', '/stream/kept?force=true'],
  ['PATCH', '/stream/kept'],
  ['DELETE', '/stream/kept'],
  ['DELETE', '/stream/build/7'],
  ['PUT', '/v1/stream/other'],
  ['POST', '/v1/stream/kept'],
  ['DELETE', '/v1/stream/kept'],
  ['POST', '/rendezvous/stream'],
  ['GET', '/rendezvous/stream/some-id'],
  ['PUT', '/rendezvous/stream/some-id'],
  ['POST', '/rendezvous/stream/some-id/error'],
  ['GET', '/channels/v1/work'],
  ['POST', '/channels/v1/work'],
  ['DELETE', '/channels/v1/work'],
  ['DELETE', '/channels/v1'],
  ['PUT', '/cama/session'],
  ['GET', '/cama/session/some-id'],
  ['POST', '/cama/session/some-id'],
  ['PUT', '/cama/session/some-id'],
  ['DELETE', '/cama/session/some-id'],
  ['POST', '/packets'],
  ['POST', '/packets/auth'],
  ['POST', '/packets/register'],
  ['POST', '/nothing'],
];

const READING: readonly Route[] = [
  ['GET', '/stream'],
  ['HEAD', '/stream'],
  ['GET', '/stream/kept'],
  ['HEAD', '/stream/kept'],
  ['GET', '/stream/kept/info'],
  ['HEAD', '/spy'],
  ['GET', '/v1/stream/kept'],
  ['HEAD', '/v1/stream/kept'],
];

const FOREIGN_HOSTS = [
  'evil.test',
  'evil.test:3060',
  'localhost.evil.test',
  '127.0.0.1.evil.test',
  'notlocalhost',
  '192.168.1.7',
  '8.8.8.8:3060',
  '[2001:db8::1]',
  'localhost@evil.test',
  'localhost:3060, evil.test',
];

const FOREIGN_PAGES: readonly Headers[] = [
  { Origin: 'https://evil.test' },
  { Origin: 'null' },
  { Origin: 'http://localhost:8080' },
  { Origin: 'http://127.0.0.1' },
  { Origin: 'https://app.example.evil.test' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'cross-site', Referer: 'https://evil.test/page' },
];

const call = (loom: LoomUnderTest, [method, path]: Route, headers: Headers, body?: string): Promise<Answer> =>
  request(loom.url(path), { method, headers, ...(body !== undefined && { body }) });

/** A stream that no test may change. */
async function keep(loom: LoomUnderTest, headers: Headers = {}): Promise<void> {
  await call(loom, ['POST', '/stream/kept'], { ...headers, 'Upload-Complete': '?1' }, 'kept');
}

async function expectKept(loom: LoomUnderTest, headers: Headers = {}): Promise<void> {
  expect((await call(loom, ['GET', '/stream/kept'], headers)).text).toBe('kept');
  const { streams } = JSON.parse((await call(loom, ['GET', '/stream'], headers)).text);
  expect(streams.map(({ id }: { id: string }) => id)).toEqual(['kept']);
}

/** A request whose target goes out as it is. */
async function statusOf(base: string, target: string): Promise<number | undefined> {
  const { hostname, port } = new URL(base);
  const req = http.request({ hostname, port, path: target, agent: false });
  req.end();
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  res.resume();
  return res.statusCode;
}

/** The status of a request whose head is written by hand. */
async function rawStatus(port: string, head: string): Promise<number> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(`${head}\r\n`);
  let text = '';
  for await (const piece of socket.setEncoding('latin1')) text += piece;
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
}

const sentence = (answer: Answer): string => JSON.parse(answer.text).error;

describe('a server without tokens', () => {
  const loom = withLoom({ store: 'memory:', config: 'listeners: [{serve: httpipe, port: 0}]' });
  beforeAll(() => keep(loom));
  afterEach(() => expectKept(loom));

  it.each([...CHANGING, ...READING])('%s %s with another host is refused', async (...route) => {
    for (const Host of FOREIGN_HOSTS) {
      const answer = await call(loom, route, { Host });
      expect([Host, answer.status]).toEqual([Host, 403]);
      if (route[0] !== 'HEAD') expect(sentence(answer)).toContain('http.hosts (LOOM_HTTP_HOSTS)');
      expect(answer.headers['x-request-id']).toBeDefined();
    }
  });

  it.each(CHANGING)('%s %s from a foreign page is refused', async (...route) => {
    for (const page of FOREIGN_PAGES) {
      const answer = await call(loom, route, page, route[0].startsWith('P') ? 'x' : undefined);
      expect([page, answer.status]).toEqual([page, 403]);
      expect(sentence(answer)).toContain('http.allowOrigin (LOOM_HTTP_ALLOW_ORIGIN)');
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it.each(READING)('%s %s from a foreign page is answered without CORS headers', async (...route) => {
    for (const page of FOREIGN_PAGES) {
      const answer = await call(loom, route, page);
      expect([page, answer.status]).toEqual([page, 200]);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it.each([
    'localhost',
    'localhost:3060',
    'LocalHost.:1',
    'loom.localhost:3060',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]',
    '[::1]:3060',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]:3060',
    '[::FFFF:7F00:1]',
  ])('the host %s is accepted as the loopback', async (Host) => {
    expect((await call(loom, ['GET', '/stream/kept'], { Host })).status).toBe(200);
    expect((await call(loom, ['GET', '/channels/v1'], { Host })).status).toBe(404);
  });

  it('own pages may change streams, also behind a proxy with TLS', async () => {
    const { host } = new URL(loom.url('/'));
    for (const page of [
      { Origin: `http://${host}` },
      { Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
      { Host: 'loom.localhost', Origin: 'https://loom.localhost', 'Sec-Fetch-Site': 'same-origin' },
      { Host: 'loom.localhost:443', Origin: 'https://loom.localhost' },
    ]) {
      expect((await call(loom, ['DELETE', '/stream/absent'], page)).status).toBe(404);
      expect((await call(loom, ['DELETE', '/v1/stream/absent'], page)).status).toBe(404);
      expect((await call(loom, ['DELETE', '/channels/v1'], page)).status).toBe(200);
    }
    const contradiction = { Origin: `http://${host}`, 'Sec-Fetch-Site': 'cross-site' };
    expect((await call(loom, ['DELETE', '/stream/absent'], contradiction)).status).toBe(403);
  });

  it('the host of a target that is a whole URL is checked', async () => {
    const base = loom.url('/').slice(0, -1);
    expect(await statusOf(base, `${base}/stream/kept`)).toBe(200);
    for (const path of ['/stream/kept', '/v1/stream/kept', '/channels/v1']) {
      expect(await statusOf(base, `http://evil.test${path}`)).toBe(403);
      expect(await statusOf(base, `http://localhost@evil.test${path}`)).toBe(403);
    }
  });

  it('a second Host is malformed, and HTTP/1.0 may omit it', async () => {
    const { port } = new URL(loom.url('/'));
    expect(await rawStatus(port, 'GET /stream HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n')).toBe(400);
    expect(await rawStatus(port, 'GET /v1/stream/kept HTTP/1.1\r\nhost: a\r\nHOST: localhost\r\n')).toBe(400);
    expect(await rawStatus(port, 'GET /stream HTTP/1.0\r\n')).toBe(200);
    expect(await rawStatus(port, 'GET /stream HTTP/1.1\r\nHost:\r\n')).toBe(403);
    expect(await rawStatus(port, 'GET /stream HTTP/1.0\r\nHost: evil.test\r\n')).toBe(403);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.test\r\n';
    expect(await rawStatus(port, `POST /stream HTTP/1.1\r\nHost: localhost\r\n${upgrade}`)).toBe(403);
  });

  it('probes are answered under any host', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await call(loom, ['GET', path], { Host: '10.1.2.3:3060' })).status).toBe(200);
    }
    expect((await call(loom, ['GET', '/healthz/'], { Host: 'evil.test' })).status).toBe(403);
  });

  it('a relay on a port of its own checks hosts and pages, too', async () => {
    const own = ownUrl(loom.process());
    const status = async (method: string, path: string, headers: Headers): Promise<number> =>
      (await request(own + path, { method, headers })).status;
    expect(await status('GET', '/channels/v1', { Host: 'evil.test' })).toBe(403);
    expect(await status('POST', '/channels/v1/x', { Origin: 'https://evil.test' })).toBe(403);
    expect(await status('GET', '/channels/v1/x', { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await status('DELETE', '/channels/v1', { Host: 'localhost' })).toBe(200);
  });

  it('a producer of a foreign page is refused, and its body is not stored', async () => {
    const page = { Origin: 'https://evil.test', Expect: '100-continue', 'Content-Type': 'text/plain' };
    expect((await call(loom, ['POST', '/stream/new'], page, 'x'.repeat(100_000))).status).toBe(403);
    expect((await call(loom, ['GET', '/stream/new'], {})).status).toBe(404);
  });

  it('a preflight of a foreign page gets no permission', async () => {
    for (const path of ['/stream/kept', '/v1/stream/kept', '/channels/v1/work', '/nothing']) {
      const answer = await call(loom, ['OPTIONS', path], {
        Origin: 'https://evil.test',
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Private-Network': 'true',
      });
      expect(answer.status).toBe(204);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers).not.toHaveProperty('access-control-allow-private-network');
    }
  });
});

describe('a server without tokens, with hosts and pages in its settings', () => {
  const loom = withLoom({
    store: 'memory:',
    config: `
http:
  hosts: [logs.example, "*.Intra.example", "other.example:8080", "[2001:db8::1]"]
  allowOrigin: ["https://app.example", "https://www.example:443"]
`,
  });
  beforeAll(() => keep(loom));

  it.each([
    ['logs.example', 200],
    ['LOGS.example.:3060', 200],
    ['a.b.intra.example', 200],
    ['other.example:8080', 200],
    ['[2001:db8::1]:3060', 200],
    ['localhost', 200],
    ['intra.example', 403],
    ['evilintra.example', 403],
    ['other.example', 403],
    ['other.example:80', 403],
    ['logs.example.evil.test', 403],
  ])('a request to the host %s is answered with %s', async (Host, status) => {
    for (const path of ['/stream/kept', '/v1/stream/kept'])
      expect((await call(loom, ['GET', path], { Host })).status).toBe(status);
    expect((await call(loom, ['DELETE', '/channels/v1'], { Host })).status).toBe(status);
  });

  it.each([
    { Origin: 'https://app.example' },
    { Origin: 'https://www.example', 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'cross-site', Referer: 'https://app.example/page' },
  ])('an allowed page may change streams: %j', async (page) => {
    expect((await call(loom, ['DELETE', '/stream/absent'], page)).status).toBe(404);
    expect((await call(loom, ['DELETE', '/v1/stream/absent'], page)).status).toBe(404);
    expect((await call(loom, ['DELETE', '/channels/v1'], page)).status).toBe(200);
    expect((await call(loom, ['GET', '/rendezvous/stream/absent'], page)).status).toBe(404);
  });

  /** What the form of an answer depends on. */
  const FORMS: Readonly<Record<string, readonly string[]>> = {
    '/stream': ['Accept', 'Accept-Encoding'],
    '/stream/kept': ['Accept', 'Accept-Encoding'],
  };

  it('only allowed pages may read answers, errors included', async () => {
    for (const path of [
      '/stream',
      '/stream/kept',
      '/stream/absent',
      '/v1/stream/kept',
      '/v1/stream/absent',
      '/rendezvous/ping',
      '/healthz',
      '/nothing',
    ]) {
      const vary = ['Origin', ...(FORMS[path] ?? [])].join(', ');
      const allowed = await call(loom, ['GET', path], { Origin: 'https://app.example' });
      expect(allowed.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'access-control-expose-headers': expect.stringMatching(
          /X-Stream-Id.*Stream-Next-Offset.*X-Request-Id/,
        ),
        vary,
      });
      expect(allowed.headers).not.toHaveProperty('access-control-allow-credentials');
      for (const headers of [{ Origin: 'https://evil.test' }, {}]) {
        const other = await call(loom, ['GET', path], headers);
        expect(other.headers).not.toHaveProperty('access-control-allow-origin');
        expect(other.headers['vary']).toBe(vary);
      }
    }
  });

  it('an allowed page that names another host may read the error', async () => {
    const answer = await call(loom, ['GET', '/stream'], { Host: 'evil.test', Origin: 'https://app.example' });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
      403,
      'https://app.example',
    ]);
  });

  it('a preflight is answered on every route of every wire', async () => {
    for (const [, path] of CHANGING) {
      const answer = await call(loom, ['OPTIONS', path], {
        Origin: 'https://www.example',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'x-stream-metadata',
        'Access-Control-Request-Private-Network': 'true',
      });
      expect([path, answer.status]).toEqual([path, 204]);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://www.example',
        'access-control-allow-methods': expect.stringMatching(/PUT.*PATCH.*DELETE/),
        'access-control-allow-headers': expect.stringMatching(
          /Authorization.*X-Stream-Metadata.*Upload-Offset.*Producer-Id/,
        ),
        'access-control-max-age': '600',
        'access-control-allow-private-network': 'true',
        vary: 'Origin',
      });
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });
});

describe('a server without tokens whose /v1/stream any page may use', () => {
  const loom = withLoom({ store: 'memory:', config: 'durable: {allowOrigin: any}' });

  it('the other wires refuse foreign pages', async () => {
    const page = { Origin: 'https://any.example', 'Sec-Fetch-Site': 'cross-site' };
    const made = await call(loom, ['PUT', '/v1/stream/x'], { ...page, 'Content-Type': 'text/plain' });
    expect([made.status, made.headers['access-control-allow-origin'], made.headers['vary']]).toEqual([
      201,
      '*',
      undefined,
    ]);
    expect(made.headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect((await call(loom, ['DELETE', '/stream/x'], page)).status).toBe(403);
    expect((await call(loom, ['DELETE', '/channels/v1'], page)).status).toBe(403);
    expect((await call(loom, ['DELETE', '/v1/stream/x'], { ...page, Host: 'evil.test' })).status).toBe(403);
    expect((await call(loom, ['DELETE', '/v1/stream/x'], page)).status).toBe(204);
  });
});

describe('a server without tokens that any page may use, except /v1/stream', () => {
  const loom = withLoom({
    store: 'memory:',
    config: 'http: {hosts: ["*"], allowOrigin: any}\ndurable: {allowOrigin: none}',
  });

  it('only /v1/stream refuses foreign pages', async () => {
    const page = { Host: 'some.test', Origin: 'null', 'Sec-Fetch-Site': 'cross-site' };
    const deleted = await call(loom, ['DELETE', '/channels/v1'], page);
    expect([deleted.status, deleted.headers['access-control-allow-origin']]).toEqual([200, '*']);
    expect((await call(loom, ['DELETE', '/stream/absent'], page)).status).toBe(404);
    const refused = await call(loom, ['DELETE', '/v1/stream/absent'], page);
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });
});

describe('a server with tokens', () => {
  const loom = withLoom({
    store: 'memory:',
    config: `
tokens: [secret]
rendezvous: {public: true}
http: {allowOrigin: "https://app.example"}
`,
  });
  const bearer = { Authorization: 'Bearer secret' };
  const foreign = { Host: 'evil.test', Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' };
  beforeAll(() => keep(loom, bearer));
  afterEach(() => expectKept(loom, bearer));

  it('a request with a valid token in a header passes from any host and page', async () => {
    const headers = { ...foreign, ...bearer };
    expect((await call(loom, ['GET', '/stream/kept'], headers)).text).toBe('kept');
    expect((await call(loom, ['DELETE', '/stream/absent'], headers)).status).toBe(404);
    expect((await call(loom, ['DELETE', '/v1/stream/absent'], headers)).status).toBe(404);
    expect((await call(loom, ['DELETE', '/channels/v1'], headers)).status).toBe(200);
  });

  it.each([...CHANGING, ...READING])(
    '%s %s with another host is refused without a token in a header',
    async (method, path) => {
      for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic c2VjcmV0' }]) {
        const answer = await call(loom, [method, path], { ...headers, Host: 'evil.test' });
        expect(answer.status).toBe(403);
      }
      const queried = `${path}${path.includes('?') ? '&' : '?'}access_token=secret`;
      expect((await call(loom, [method, queried], { Host: 'evil.test' })).status).toBe(403);
    },
  );

  it.each(CHANGING)(
    '%s %s from a foreign page is refused without a token in a header',
    async (method, path) => {
      const queried = `${path}${path.includes('?') ? '&' : '?'}access_token=secret`;
      for (const page of FOREIGN_PAGES) {
        expect((await call(loom, [method, queried], page)).status).toBe(403);
        expect((await call(loom, [method, path], { ...page, Authorization: 'Bearer wrong' })).status).toBe(
          403,
        );
      }
    },
  );

  it('a token in the query is accepted from own and from allowed pages', async () => {
    const queried: Route = ['DELETE', '/stream/absent?access_token=secret'];
    expect((await call(loom, queried, { Origin: 'https://app.example' })).status).toBe(404);
    expect((await call(loom, queried, { Origin: new URL(loom.url('/')).origin })).status).toBe(404);
  });

  it('a preflight is answered without a token', async () => {
    for (const [, path] of [...CHANGING, ...READING]) {
      const headers = {
        Host: 'loom.example',
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'GET',
      };
      const answer = await call(loom, ['OPTIONS', path], headers);
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
        204,
        'https://app.example',
      ]);
    }
    const unauthenticated = await call(loom, ['GET', '/stream'], { Origin: 'https://app.example' });
    expect([unauthenticated.status, unauthenticated.headers['access-control-allow-origin']]).toEqual([
      401,
      'https://app.example',
    ]);
  });
});
