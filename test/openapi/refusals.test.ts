import { withLoom } from '../e2e/with-loom';
import { type Answer, request } from '../support/http';

type Headers = Readonly<Record<string, string>>;

/** A request, and the status of its answer. The server has the closed streams `closed` and `chat/room-1`; `retired` lives on only in a fork. */
type Row = readonly [status: number, method: string, path: string, headers?: Headers, body?: string];

const NOTHING = '?nothing=1';
const OTHER = { 'If-Match': '"another"' };
const GZIP = { 'Content-Encoding': 'gzip' };
const AT_5 = { 'Upload-Offset': '5' };
const PATCH = { 'Upload-Offset': '0', 'Upload-Complete': '?1', 'Content-Type': 'application/partial-upload' };
const LARGE = { 'X-Stream-Metadata': JSON.stringify('m'.repeat(2_000)) };
const TOO_LONG = 'x'.repeat(5_000);
const PART = { 'Content-Range': '0-5' };
const HTML = { Accept: 'text/html' };
const REPLACED = '?generation=0193749a-7b1c-7000-8000-3c5d1e2f4a6b&offset=1';

/** What is below a stream, with the parameters that it needs. */
const BELOW = ['/info', '/index', '/digest', '/wait', '/matches?q=a', '/progressiveText'];

const UNKNOWN_PARAMETERS: readonly Row[] = [
  '/stream',
  '/stream/closed',
  '/matches',
  '/spy',
  '/events',
  ...BELOW.map((one) => `/stream/closed${one}`),
].map((path) => [400, 'GET', path.includes('?') ? `${path}&nothing=1` : path + NOTHING] as const);

const MISSING: readonly Row[] = [
  ...BELOW.map((one) => [404, 'GET', `/stream/none${one}`] as const),
  [404, 'GET', '/stream/none'],
  [404, 'HEAD', '/stream/none'],
  [404, 'PATCH', '/stream/none', PATCH],
  [404, 'DELETE', '/stream/none'],
  ...['GET', 'HEAD', 'DELETE'].map((method) => [404, method, '/v1/stream/none'] as const),
  [404, 'POST', '/v1/stream/none', { 'Content-Type': 'text/plain' }, 'x'],
  [404, 'PUT', '/v1/stream/fork', { 'Stream-Forked-From': '/v1/stream/none' }],
  [404, 'PUT', '/api/v4/jobs/x', {}, '{"state":"running"}'],
  [404, 'PATCH', '/api/v4/jobs/x/trace', PART, 'hello\n'],
  [404, 'GET', '/channels/none'],
  ...['GET', 'POST', 'PUT', 'DELETE'].map((method) => [404, method, '/cama/session/none'] as const),
  ...['GET', 'PUT'].map((method) => [404, method, '/rendezvous/stream/none'] as const),
  [404, 'GET', '/rendezvous/stream/none/status'],
  [404, 'POST', '/rendezvous/stream/none/error'],
];

const RETIRED: readonly Row[] = [
  ...BELOW.map((one) => [410, 'GET', `/stream/retired${one}`] as const).filter(
    ([, , path]) => !path.endsWith('/progressiveText'),
  ),
  [410, 'GET', '/stream/retired'],
  [410, 'HEAD', '/stream/retired'],
  [410, 'PATCH', '/stream/retired', PATCH],
  [410, 'DELETE', '/stream/retired'],
  [409, 'POST', '/stream/retired'],
  ...['GET', 'HEAD', 'DELETE'].map((method) => [410, method, '/v1/stream/retired'] as const),
  [410, 'POST', '/v1/stream/retired', { 'Content-Type': 'text/plain' }, 'x'],
  [409, 'PUT', '/v1/stream/retired'],
];

const CONDITIONS: readonly Row[] = [
  [412, 'GET', '/stream/closed', OTHER],
  [412, 'HEAD', '/stream/closed', OTHER],
  [412, 'GET', '/stream/closed/index', OTHER],
  [412, 'POST', '/stream/closed?force=true', OTHER],
  [412, 'PUT', '/stream/closed?force=true', OTHER],
  [412, 'PATCH', '/stream/open', { ...PATCH, ...OTHER }],
  [412, 'DELETE', '/stream/closed', OTHER],
  ...['GET', 'HEAD', 'DELETE'].map((method) => [412, method, '/v1/stream/chat/room-1', OTHER] as const),
  [412, 'POST', '/v1/stream/chat/room-1', { ...OTHER, 'Content-Type': 'text/plain' }, 'x'],
  [412, 'PUT', '/v1/stream/chat/room-1', { ...OTHER, 'Content-Type': 'text/plain' }],
  [409, 'GET', `/stream/closed${REPLACED}`],
  [409, 'HEAD', `/stream/closed${REPLACED}`],
  [416, 'GET', '/stream/closed?offset=99'],
  [416, 'HEAD', '/stream/closed?offset=99'],
];

const MALFORMED: readonly Row[] = [
  [400, 'POST', '/stream', AT_5],
  [400, 'PUT', '/stream', AT_5],
  [400, 'POST', '/stream/new', AT_5],
  [400, 'PUT', '/stream/new', AT_5],
  [400, 'PATCH', '/stream/open', { 'Content-Type': 'application/partial-upload' }],
  [400, 'HEAD', `/stream/closed${NOTHING}`],
  [400, 'DELETE', '/stream/%ff'],
  [400, 'DELETE', '/stream/build/%ff'],
  ...['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].map((method) => [400, method, '/v1/stream/%ff'] as const),
  [400, 'PUT', '/api/v4/jobs/42', {}, 'no JSON'],
  [400, 'PATCH', '/api/v4/jobs/42/trace'],
  [400, 'POST', '/rendezvous/stream', {}, 'no JSON'],
];

const BODIES: readonly Row[] = [
  [415, 'POST', '/stream', GZIP],
  [415, 'POST', '/stream/new', GZIP],
  [415, 'PATCH', '/stream/open', { ...PATCH, ...GZIP }],
  [415, 'PUT', '/v1/stream/new', GZIP],
  [415, 'POST', '/v1/stream/chat/room-1', GZIP],
  [415, 'PATCH', '/api/v4/jobs/42/trace', { ...PART, ...GZIP }],
  [415, 'POST', '/channels/v1/work', GZIP],
  [413, 'POST', '/stream', {}, TOO_LONG],
  [413, 'POST', '/stream/new', {}, TOO_LONG],
  [413, 'PATCH', '/stream/open', PATCH, TOO_LONG],
  [413, 'PUT', '/v1/stream/new', {}, TOO_LONG],
  [413, 'POST', '/v1/stream/chat/room-1', { 'Content-Type': 'text/plain' }, TOO_LONG],
  [413, 'PATCH', '/api/v4/jobs/42/trace', { 'Content-Range': '0-4999' }, TOO_LONG],
  [413, 'PUT', '/api/v4/jobs/42', {}, 'x'.repeat(70_000)],
  [431, 'POST', '/stream', LARGE],
  [431, 'POST', '/stream/new', LARGE],
  [431, 'PATCH', '/stream/open', { ...PATCH, ...LARGE }],
];

const TAKEN: readonly Row[] = [
  [409, 'POST', '/stream/closed'],
  [409, 'PUT', '/stream/closed'],
  [409, 'PATCH', '/stream/closed', PATCH],
  [409, 'PUT', '/v1/stream/chat/room-1', { 'Content-Type': 'application/json' }],
  [409, 'POST', '/v1/stream/chat/room-1', { 'Content-Type': 'application/json' }, '1'],
  [201, 'PUT', '/stream/new', {}, 'x'],
  [201, 'PUT', '/stream'],
  [200, 'PUT', '/v1/stream/chat/room-1', { 'Content-Type': 'text/plain' }],
  [204, 'GET', '/stream/open/wait?timeout=0'],
  [503, 'POST', '/packets/auth'],
];

const SETTINGS = `
limits: {bytesPerStream: 4096, metadataBytes: 1000}
`;

describe('the answers that openapi.yaml has, of a server', () => {
  const loom = withLoom({ store: 'memory:', config: SETTINGS });
  const send = (method: string, path: string, headers: Headers = {}, body = ''): Promise<Answer> =>
    request(loom.url(path), { method, headers, body });
  beforeAll(async () => {
    await send('PUT', '/stream/closed', {}, 'one line\n');
    await send('PUT', '/stream/open', { 'Upload-Complete': '?0' });
    await send('PUT', '/v1/stream/chat/room-1', { 'Content-Type': 'text/plain' }, 'hello\n');
    await send('PUT', '/v1/stream/retired', { 'Content-Type': 'text/plain' }, 'hello\n');
    await send('PUT', '/v1/stream/child', { 'Stream-Forked-From': '/v1/stream/retired' });
    await send('DELETE', '/v1/stream/retired');
  });

  const groups = { UNKNOWN_PARAMETERS, MISSING, RETIRED, CONDITIONS, MALFORMED, BODIES, TAKEN };
  const rows = Object.values(groups)
    .flat()
    .map(([status, method, path, headers = {}, body = '']) => ({ status, method, path, headers, body }));
  it.each(rows)('$status is the answer to $method $path', async ({ status, method, path, headers, body }) => {
    expect((await send(method, path, headers, body)).status).toBe(status);
  });

  it.each([
    '/',
    '/stream',
    '/stream/closed',
    '/spy',
    '/docs',
    '/openapi.yaml',
    '/openapi.json',
    '/stream/closed/index',
    '/v1/stream/chat/room-1',
  ])('304 is the answer to a client that has %s', async (path) => {
    const { headers } = await send('GET', path, path.includes('closed') ? {} : HTML);
    const known = { ...(path.includes('closed') ? {} : HTML), 'If-None-Match': String(headers.etag) };
    expect((await send('GET', path, known)).status).toBe(304);
  });
});

describe('the answers of a server that is full', () => {
  const loom = withLoom({ store: 'memory:', config: 'limits: {streams: 1}' });

  it('507 is the answer to what would make another stream', async () => {
    await request(loom.url('/stream/one'), { method: 'PUT' });
    for (const [method, path] of [
      ['POST', '/stream'],
      ['POST', '/stream/two'],
      ['PUT', '/v1/stream/two'],
    ] as const)
      expect((await request(loom.url(path), { method })).status).toBe(507);
  });
});
