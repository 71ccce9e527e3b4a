import { RawConnection } from '../faults/raw-connection';
import { type Answer, request } from '../support/http';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

interface Refused {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  readonly code: string;
}

const PATCH = { 'Content-Type': 'application/partial-upload', 'Upload-Complete': '?0' };

/** `ID` is a closed stream of one byte. */
const REFUSED: readonly Refused[] = [
  { method: 'GET', path: '/stream/nothing', status: 404, code: 'stream_not_found' },
  { method: 'DELETE', path: '/stream/nothing', status: 404, code: 'stream_not_found' },
  { method: 'GET', path: '/v1/stream/nothing', status: 404, code: 'stream_not_found' },
  { method: 'DELETE', path: '/v1/stream/nothing', status: 404, code: 'stream_not_found' },
  { method: 'POST', path: '/stream/ID', status: 409, code: 'stream_exists' },
  { method: 'PUT', path: '/v1/stream/ID', status: 409, code: 'stream_exists' },
  {
    method: 'PATCH',
    path: '/stream/ID',
    headers: { ...PATCH, 'Upload-Offset': '1' },
    status: 409,
    code: 'stream_closed',
  },
  {
    method: 'POST',
    path: '/v1/stream/ID',
    headers: { 'Content-Type': 'text/plain' },
    body: 'x',
    status: 409,
    code: 'stream_closed',
  },
  { method: 'PATCH', path: '/stream/ID', status: 415, code: 'media_type_unsupported' },
  { method: 'PATCH', path: '/stream/ID', headers: PATCH, status: 400, code: 'header_invalid' },
  { method: 'GET', path: '/stream/ID?offset=2', status: 416, code: 'range_not_satisfiable' },
  { method: 'GET', path: '/stream/ID?offset=x', status: 400, code: 'parameter_invalid' },
  { method: 'GET', path: '/v1/stream/ID?offset=x', status: 400, code: 'parameter_invalid' },
  { method: 'GET', path: '/stream?limit=0', status: 400, code: 'parameter_invalid' },
  { method: 'GET', path: '/stream/%ff', status: 400, code: 'id_invalid' },
  { method: 'GET', path: '/v1/stream/%ff', status: 400, code: 'id_invalid' },
  { method: 'GET', path: '/stream/%00', status: 400, code: 'id_invalid' },
  {
    method: 'POST',
    path: '/stream/new',
    headers: { 'X-Stream-Metadata': '{' },
    status: 400,
    code: 'metadata_invalid',
  },
  {
    method: 'POST',
    path: '/stream/new',
    headers: { 'X-Stream-Metadata': `"${'m'.repeat(17 * 1024)}"` },
    status: 431,
    code: 'metadata_too_large',
  },
  { method: 'GET', path: '/nowhere', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/', status: 404, code: 'route_not_found' },
  { method: 'TRACE', path: '/nowhere', status: 404, code: 'route_not_found' },
  { method: 'PROPFIND', path: '/nowhere', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/STREAM', status: 404, code: 'route_not_found' },
  { method: 'POST', path: '/Stream/new', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/SPY', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/HEALTHZ', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/Readyz', status: 404, code: 'route_not_found' },
  { method: 'DELETE', path: '/stream', status: 405, code: 'method_not_allowed' },
  { method: 'PATCH', path: '/v1/stream/ID', status: 405, code: 'method_not_allowed' },
  { method: 'POST', path: '/healthz', status: 405, code: 'method_not_allowed' },
  { method: 'DELETE', path: '/readyz', status: 405, code: 'method_not_allowed' },
  { method: 'POST', path: '/spy', status: 405, code: 'method_not_allowed' },
  { method: 'PROPFIND', path: '/stream/ID', status: 405, code: 'method_not_allowed' },
  { method: 'PATCH', path: '/channels/a/b', status: 405, code: 'method_not_allowed' },
  { method: 'GET', path: '/channels/a/b/c', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/channels/empty', status: 404, code: 'channel_not_found' },
  { method: 'GET', path: '/cama/nowhere', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/cama/session', status: 405, code: 'method_not_allowed' },
  { method: 'GET', path: '/packets/nowhere', status: 404, code: 'route_not_found' },
  { method: 'GET', path: '/packets/', status: 405, code: 'method_not_allowed' },
  { method: 'POST', path: '/packets/', status: 401, code: 'token_missing' },
  {
    method: 'POST',
    path: '/packets/',
    headers: { Authorization: 'Bearer no' },
    status: 401,
    code: 'token_invalid',
  },
];

onEachStore('errors', ({ url, freshId }) => {
  it.each(REFUSED)(
    '$method $path is refused as $code',
    async ({ method, path, headers, body, status, code }) => {
      const id = freshId();
      await request(url(`/stream/${id}`), {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain' },
        body: '1',
      });
      const answer = await request(url(path.replace('ID', id)), {
        method,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
      });
      expectError(answer, status, code);
    },
  );

  it('the error of a Stream-Seq that is not greater says "sequence conflict"', async () => {
    const append = (): Promise<Answer> =>
      request(url(path), {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain', 'Stream-Seq': 'b' },
        body: 'x',
      });
    const path = `/v1/stream/${freshId()}`;
    await request(url(path), { method: 'PUT', headers: { 'Content-Type': 'text/plain' } });
    expect((await append()).status).toBe(204);
    const answer = await append();
    expectError(answer, 409, 'sequence_conflict');
    expect(answer.text).toMatch(/sequence conflict/i);
  });

  it('the error of a wrong offset is offset_mismatch, with the right offset', async () => {
    const id = freshId();
    const started = { method: 'POST', headers: { 'Upload-Complete': '?0' }, body: 'abc' };
    await request(url(`/stream/${id}`), started);
    const headers = { ...PATCH, 'Upload-Offset': '2' };
    const answer = await request(url(`/stream/${id}`), { method: 'PATCH', headers, body: 'x' });
    expectError(answer, 409, 'offset_mismatch');
    expect(answer.headers['upload-offset']).toBe('3');
  });
});

describe('errors of a server with tokens', () => {
  const { url } = withLoom({
    store: 'memory:',
    config: 'tokens: [{token: reads, scopes: [consume]}]\nrendezvous: {public: false}\n',
  });

  it.each([
    ['/stream/a', '', 401, 'token_missing'],
    ['/stream/a', 'wrong', 401, 'token_invalid'],
    ['/stream/a', 'reads', 403, 'forbidden'],
    ['/v1/stream/a', '', 401, 'token_missing'],
    ['/v1/stream/a', 'wrong', 401, 'token_invalid'],
    ['/v1/stream/a', 'reads', 403, 'forbidden'],
    ['/rendezvous/stream', '', 401, 'token_missing'],
    ['/rendezvous/stream', 'reads', 403, 'forbidden'],
    ['/readyz', '', 401, 'token_missing'],
  ])('POST %s with the token "%s" is refused with %i %s', async (path, token, status, code) => {
    const headers: Record<string, string> = token === '' ? {} : { Authorization: `Bearer ${token}` };
    expectError(await request(url(path), { method: 'POST', headers }), status, code);
  });
});

describe('malformed HTTP and JSON answers', () => {
  const ENDS = 'Host: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
  const EXPECTS = `Expect: 200-maybe\r\n${ENDS}`;
  const { url, process } = withLoom({ store: 'memory:' });

  it.each([
    ['GARBAGE\r\n\r\n', 400, 'http_malformed'],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost : b\r\n\r\n', 400, 'http_malformed'],
    ['GET /stream HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'header_invalid'],
    ['GET /v1/stream/a HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'header_invalid'],
    ['GET /channels/a/b HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'header_invalid'],
    [`PUT ftp://localhost/stream/a HTTP/1.1\r\n${ENDS}`, 400, 'http_malformed'],
    [`GET file:///v1/stream/a HTTP/1.1\r\n${ENDS}`, 400, 'http_malformed'],
    [`PUT /stream/a#b HTTP/1.1\r\n${ENDS}`, 400, 'http_malformed'],
    [`PUT /v1/stream/a#b HTTP/1.1\r\n${ENDS}`, 400, 'http_malformed'],
    [`GET /channels/a/b#c HTTP/1.1\r\n${ENDS}`, 400, 'http_malformed'],
    [`POST /stream/a HTTP/1.1\r\n${EXPECTS}`, 417, 'expectation_unsupported'],
    [`PUT /v1/stream/a HTTP/1.1\r\n${EXPECTS}`, 417, 'expectation_unsupported'],
    [`POST /channels/a/b HTTP/1.1\r\n${EXPECTS}`, 417, 'expectation_unsupported'],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_960)}\r\n\r\n`, 431, 'head_too_large'],
  ])('malformed HTTP gets an error like any other (%#)', async (bytes, status, code) => {
    const connection = await RawConnection.open(process().port);
    connection.send(bytes);
    const [head = '', body = ''] = (await connection.whole()).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain(`Content-Length: ${body.length}`);
    expectBody(body, code);
  });

  it('a refused expectation without a body leaves the connection to the next request', async () => {
    const connection = await RawConnection.open(process().port);
    connection.send('GET /stream HTTP/1.1\r\nHost: localhost\r\nExpect: 200-maybe\r\n\r\n');
    connection.send(`GET /healthz HTTP/1.1\r\n${ENDS}`);
    const answers = await connection.whole();
    expect(answers).toContain('HTTP/1.1 417 ');
    expect(answers).toContain('HTTP/1.1 200 ');
  });

  it('every JSON answer ends in a line feed that its Content-Length counts', async () => {
    const made = await request(url('/rendezvous/stream'), { method: 'POST' });
    const id: string = JSON.parse(made.text).stream;
    const answers = [
      made,
      await request(url('/stream')),
      await request(url('/stream/build/7'), { method: 'DELETE' }),
      await request(url('/healthz')),
      await request(url('/readyz')),
      await request(url('/channels/namespaces')),
      await request(url('/rendezvous/stream')),
      await request(url(`/rendezvous/stream/${id}/status`)),
      await request(url('/rendezvous/nowhere')),
    ];
    for (const answer of answers) {
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(answer.text).toMatch(/[^\n]\n$/);
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
    }
  });

  it('rendezvous refuses an unknown route and a wrong header name with the sentences of the original', async () => {
    const nowhere = await request(url('/rendezvous/nowhere'));
    expect(nowhere.status).toBe(404);
    expect(JSON.parse(nowhere.text)).toEqual({
      name: 'BadRouteError',
      message: 'No endpoint exists for the specified method and/or route',
    });
    for (const name of ['b d', 'ä', 'a:', '']) {
      const body = JSON.stringify({ download_headers: { [name]: '1' } });
      const answer = await request(url('/rendezvous/stream'), { method: 'POST', body });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).message).toBe(`Not a valid HTTP header name: ${name}`);
    }
  });
});

function expectError(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(code)]);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.headers['content-length']).toBe(String(answer.body.length));
  expectBody(answer.text, code);
}

function expectBody(body: string, code: string): void {
  expect(body.endsWith('}\n')).toBe(true);
  expect(JSON.parse(body)).toEqual({ error: expect.stringMatching(/\w/), code });
}
