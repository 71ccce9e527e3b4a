import { withLoom } from '../e2e/with-loom';
import { Producer, request } from '../support/http';
import { complaints } from './health';
import { RawConnection } from './raw-connection';

/** The beginning of an answer. */
const HEAD = /HTTP\/1\.1 \d{3}/g;
const HOST = 'Host: localhost\r\n';
const CHUNKED = `POST /stream/smuggled HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n`;

describe('malformed requests', () => {
  const loom = withLoom({ store: 'memory:' });
  const exchange = async (text: string): Promise<string> => {
    const connection = await RawConnection.open(loom.process().port);
    connection.send(text);
    return connection.whole();
  };
  afterEach(async () => {
    expect((await request(loom.url('/healthz'))).status).toBe(200);
    expect(complaints(loom.process())).toEqual([]);
  });

  it.each([
    ['that is not HTTP', 'SECRET\r\n\r\n', 400],
    ['of HTTP/3.7', `GET /stream/SECRET HTTP/3.7\r\n${HOST}\r\n`, 400],
    ['that begins a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03SECRET', 400],
    ['with NUL in its path', `GET /stream/SEC\0RET HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['with NUL in a header', `GET /stream/x HTTP/1.1\r\n${HOST}X: SEC\0RET\r\n\r\n`, 400],
    ['with NUL in a header name', `GET /stream/x HTTP/1.1\r\n${HOST}SEC\0RET: x\r\n\r\n`, 400],
    ['with a line folded', `GET /stream/x HTTP/1.1\r\n${HOST}X: SECRET\r\n folded\r\n\r\n`, 400],
    ['with a blank before the colon', `GET /stream/x HTTP/1.1\r\n${HOST}SECRET : x\r\n\r\n`, 400],
    ['with lines that end in LF', 'GET /stream/SECRET HTTP/1.1\nHost: localhost\n\n', 400],
    ['with a lone CR in a header', `GET /stream/x HTTP/1.1\r\n${HOST}X: SEC\rRET: y\r\n\r\n`, 400],
    [
      'with two lengths',
      `POST /stream/x HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc`,
      400,
    ],
    ['with a negative length', `POST /stream/x HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`, 400],
    ['with a malformed length', `POST /stream/x HTTP/1.1\r\n${HOST}Content-Length: 0x10\r\n\r\n`, 400],
    ['with a length and chunks', `${CHUNKED}Content-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, 400],
    ['with chunks twice over', `${CHUNKED}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`, 400],
    ['with an unknown encoding', `POST /stream/x HTTP/1.1\r\n${HOST}Transfer-Encoding: SECRET\r\n\r\n`, 400],
    ['with a head of 40 KiB', `GET /stream/x HTTP/1.1\r\n${HOST}X: ${'SECRET'.repeat(6_827)}\r\n\r\n`, 431],
    ['with a path of 40 KiB', `GET /stream/${'SECRET'.repeat(6_827)} HTTP/1.1\r\n${HOST}\r\n`, 431],
  ])('a request %s is refused, and the answer repeats none of it', async (_, text, status) => {
    const answer = await exchange(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.match(HEAD)).toHaveLength(1);
    expect(answer).not.toContain('SECRET');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({
      error: expect.any(String),
      code: expect.any(String),
    });
  });

  it.each([
    ['GET /healthz', `${HOST}\r\nSECRET\r\n\r\n`, [200, 400]],
    ['PUT /stream/ID', `${HOST}\r\nSECRET`, [201, 400]],
    ['PUT /stream/ID', `${HOST}Content-Length: 3\r\n\r\nabcSECRET`, [201, 400]],
    ['PUT /v1/stream/ID', `${HOST}Content-Length: 3\r\n\r\nabcSECRET`, [201, 400]],
    ['PUT /stream/ID', `${HOST}Transfer-Encoding: \r\n\r\nSECRET`, [400]],
    ['PUT /stream/ID', `${HOST}Connection: close\r\n\r\nSECRET`, [201]],
  ])(
    'a malformed request behind %s is refused after the answer to that (%#)',
    async (line, rest, statuses) => {
      const answer = await exchange(`${line.replace('ID', `sound-${Math.random()}`)} HTTP/1.1\r\n${rest}`);
      expect(answer.match(HEAD)).toEqual(statuses.map((status) => `HTTP/1.1 ${status}`));
      expect(answer.includes('http_malformed')).toBe(statuses.includes(400));
      expect(answer).not.toContain('SECRET');
    },
  );

  it('a request of HTTP/1.0 is answered despite the bytes behind it', async () => {
    const answer = await exchange(`PUT /stream/old HTTP/1.0\r\n${HOST}\r\nhello`);
    expect(answer.match(HEAD)).toEqual(['HTTP/1.1 201']);
  });

  it('a malformed request behind a tail is refused when the tail has ended', async () => {
    const producer = new Producer(loom.url('/stream/tail-1'));
    await producer.head;
    const connection = await RawConnection.open(loom.process().port);
    connection.send(`GET /stream/tail-1 HTTP/1.1\r\n${HOST}\r\nSECRET\r\n\r\n`);
    await connection.until('\r\n\r\n');
    await producer.end('the end');
    expect((await connection.whole()).match(/HTTP\/1.1 \d+|the end/g)).toEqual([
      'HTTP/1.1 200',
      'the end',
      'HTTP/1.1 400',
    ]);
  });

  it('CONNECT is refused with 405, and the answer repeats none of it', async () => {
    const answer = await exchange(
      'CONNECT SECRET.example:443 HTTP/1.1\r\nHost: SECRET.example:443\r\n\r\nSECRET',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
    expect(answer).toMatch(/^Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r$/m);
    expect(answer).toMatch(/^Connection: close\r$/m);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').code).toBe('method_not_allowed');
    expect(answer).not.toContain('SECRET');
  });

  it('a CONNECT that is reset at once does not harm the server', async () => {
    const connection = await RawConnection.open(loom.process().port);
    connection.send(`CONNECT localhost:443 HTTP/1.1\r\n${HOST}\r\n${'x'.repeat(100_000)}`);
    connection.reset();
  });

  it('an upgrade to another protocol is answered in HTTP/1.1', async () => {
    const upgrade = 'Connection: Upgrade, close\r\nUpgrade: websocket\r\n';
    expect(await exchange(`GET /healthz HTTP/1.1\r\n${HOST}${upgrade}\r\n`)).toMatch(
      /^HTTP\/1\.1 200 OK\r\n/,
    );
  });

  it('a request of HTTP/0.9 gets one answer', async () => {
    expect((await exchange('GET /healthz\r\n\r\n')).match(HEAD)).toHaveLength(1);
  });

  it('a request without a Host is refused, and the answer repeats none of it', async () => {
    const answer = await exchange('GET /stream/SECRET HTTP/1.1\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('SECRET');
  });

  it('every header counts in a request with more than a thousand headers', async () => {
    const fill = Array.from({ length: 1_100 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
    for (const [header, status] of [
      ['', 201],
      ['Content-Encoding: gzip\r\n', 415],
      ['Origin: http://foreign.example\r\n', 403],
      ['Host: foreign.example\r\n', 400],
    ] as const) {
      for (const path of ['/stream', '/v1/stream']) {
        const line = `PUT ${path}/many-${Math.random()} HTTP/1.1\r\n`;
        const ends = 'Content-Length: 0\r\nConnection: close\r\n';
        const answer = await exchange(`${line}${HOST}${ends}${fill}${header}\r\n`);
        expect([path, header, answer.match(HEAD)]).toEqual([path, header, [`HTTP/1.1 ${status}`]]);
      }
    }
  });

  it.each([
    ['that is not a number', 'zz\r\nabc\r\n'],
    ['that is negative', '-3\r\nabc\r\n'],
    ['beyond all numbers', 'fffffffffffffffff\r\nabc\r\n'],
    ['with a sign', '+3\r\nabc\r\n'],
    ['ended by LF', '3\nabc\n0\n\n'],
    ['shorter than its data', '3\r\nabcdef\r\n0\r\n\r\n'],
  ])('a chunk with a size %s interrupts its stream', async (_, chunks) => {
    const id = `chunks-${Math.random()}`;
    const connection = await RawConnection.open(loom.process().port);
    connection.send(`POST /stream/${id} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`);
    await connection.until('201 Created');
    connection.send(chunks);
    const answer = await connection.whole();
    expect(answer.match(HEAD)).toHaveLength(1);
    // An answer with its last chunk would say that all went well.
    expect(answer).not.toContain('0\r\n\r\n');
    const stream = await request(loom.url(`/stream/${id}?notail`));
    expect(stream.headers['x-stream-state']).toBe('interrupted');
    expect(stream.text).toMatch(/^first(abc)?$/);
  });

  it('a request hidden in the body of another is never executed', async () => {
    const hidden = `DELETE /stream/victim HTTP/1.1\r\n${HOST}\r\n`;
    await request(loom.url('/stream/victim'), { method: 'POST', body: 'alive' });
    const size = hidden.length.toString(16);
    for (const text of [
      `POST /stream/carrier-1 HTTP/1.1\r\n${HOST}Content-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`,
      `POST /stream/carrier-2 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${size}\r\n${hidden}\r\n0\r\n\r\n`,
      `POST /stream/carrier-3 HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `POST /stream/carrier-4 HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
      `POST /stream/carrier-5 HTTP/1.1\r\n${HOST}Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
      // Refused before its body was read: what is left of the body is no request.
      `POST /stream/victim HTTP/1.1\r\n${HOST}Content-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`,
      `PATCH /stream/nobody HTTP/1.1\r\n${HOST}Content-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`,
      `GET /stream/victim HTTP/1.1\r\n${HOST}Content-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`,
    ]) {
      const answer = await exchange(text);
      expect(answer.match(HEAD)).toHaveLength(1);
    }
    expect((await request(loom.url('/stream/victim'))).text).toBe('alive');
  });

  it('the requests before a malformed one in a pipeline are answered in order', async () => {
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
    await request(loom.url('/stream/pipelined'), { method: 'POST', body: 'content' });
    const connection = await RawConnection.open(loom.process().port);
    connection.send(
      `POST /stream/p1 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\none${get('/stream/p1')}${get('/stream/pipelined')}${get('/stream/nobody')}`,
    );
    const answers = await connection.until('"The stream with ID nobody does not exist"');
    expect(answers.match(HEAD)).toEqual([201, 200, 200, 404].map((status) => `HTTP/1.1 ${status}`));
    expect(answers).toMatch(/one.*content.*nobody/s);
    connection.send('nonsense\r\n\r\n');
    expect((await connection.whole()).match(HEAD)).toHaveLength(5);
  });
});

describe('a slow head or body', () => {
  const loom = withLoom({ store: 'memory:', config: 'http: {headersTimeout: 1s, keepAliveTimeout: 1s}' });

  it('a head that never ends gets 408, even if it trickles', async () => {
    const silent = await RawConnection.open(loom.process().port);
    silent.send('GET /stream HTTP/1.1\r\n');
    const trickling = await RawConnection.open(loom.process().port);
    trickling.send(`GET /stream HTTP/1.1\r\n`);
    const drip = setInterval(() => trickling.send('X: y\r\n'), 50);
    expect(await silent.whole()).toMatch(/^HTTP\/1\.1 408 /);
    expect(await trickling.whole()).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  it('a body may take longer than the limits for heads and idle connections', async () => {
    const connection = await RawConnection.open(loom.process().port);
    connection.send(`POST /stream/patient HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`);
    await connection.until('201 Created');
    connection.send('6\r\nbefore\r\n');
    // Node looks once a second for requests that take too long.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    connection.send('6\r\n after\r\n0\r\n\r\n');
    await connection.until('\r\n0\r\n\r\n');
    connection.close();
    const { text, headers } = await request(loom.url('/stream/patient'));
    expect(text).toBe('before after');
    expect(headers['x-stream-state']).toBe('closed; outcome=complete');
  });
});
