import { type EventEmitter, once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { Asked, listen, stopListening } from './support/listening';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

afterEach(stopListening);

const hello: RequestListener = (_req, res) => void res.end('hello');

/** A handler whose response the test ends: `asked` resolves with it. */
function held(): { handle: RequestListener; asked: Promise<ServerResponse> } {
  let resolveAsked = (_res: ServerResponse): void => {};
  const asked = new Promise<ServerResponse>((resolve) => {
    resolveAsked = resolve;
  });
  return { asked, handle: (_req, res) => resolveAsked(res) };
}

describe('a request that is answered while its body still comes', () => {
  it.each(['', 'Connection: close\r\n'])(
    'the connection is not reset before its client has read the answer: %j',
    async (header) => {
      const { dial } = await listen(hello);
      const client = await dial();
      const reset = jest.fn();
      client.socket.on('error', reset);
      const pieces = 100;
      client.send(`POST / HTTP/1.1\r\nHost: x\r\n${header}Content-Length: ${pieces * 64 * 1024}\r\n\r\n`);
      for (let sent = 0; sent < pieces; sent += 1) {
        await new Promise<void>((resolve) => client.socket.write(Buffer.alloc(64 * 1024), () => resolve()));
      }
      await client.until('hello');
      client.socket.end();
      await client.left;
      expect(reset).not.toHaveBeenCalled();
    },
  );
});

describe('malformed HTTP', () => {
  it.each([
    ['plain text', 'nonsense SECRET\r\n\r\n', '400 Bad Request', 'The request is not valid HTTP/1.1'],
    [
      'a space before the colon',
      'GET / HTTP/1.1\r\nHost: x\r\nSECRET : 1\r\n\r\n',
      '400 Bad Request',
      'The request is not valid HTTP/1.1',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      '400 Bad Request',
      'The request is not valid HTTP/1.1',
    ],
    [
      'a huge head',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'SECRET'.repeat(1_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
      'The head of the request is too large',
    ],
  ])('%s is refused in JSON without any of its text', async (_name, text, status, error) => {
    const { dial } = await listen(hello, { limits: { headerBytes: '4KiB', metadataBytes: '1KiB' } });
    const answer = await (await dial()).send(text).whole();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({ error, code: expect.any(String) });
    expect(answer).not.toContain('SECRET');
  });

  it('a malformed body cuts an answer that has begun, without a second head', async () => {
    const { dial } = await listen((_req, res) => {
      res.writeHead(201);
      res.write('begun');
    });
    const client = (await dial()).send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    await client.until('begun');
    expect((await client.send('what\r\n').whole()).match(/HTTP\/1/g)).toHaveLength(1);
  });

  it('a malformed request is refused once, behind the answers to the requests before it', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(`${GET}${GET}nonsense\r\n\r\n`);
    const [first, second] = [await asked.nth(1), await asked.nth(2)];
    second.end('second');
    first.write('fi');
    client.send('more nonsense\r\n\r\n');
    await client.until('fi');
    client.send('and more\r\n\r\n');
    first.end('rst');
    expect((await client.whole()).match(/HTTP\/1.1 \d+|second|http_malformed/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'second',
      'HTTP/1.1 400',
      'http_malformed',
    ]);
  });

  it('a malformed body is refused in the place of its answer, behind the answer before', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const chunked = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const client = (await dial()).send(`${GET}${chunked}what\r\n`);
    (await asked.nth(1)).end('first');
    (await asked.nth(2)).req.resume().on('error', () => {});
    expect((await client.whole()).match(/HTTP\/1.1 \d+|first/g)).toEqual([
      'HTTP/1.1 200',
      'first',
      'HTTP/1.1 400',
    ]);
  });

  it('a malformed request behind a last answer is ignored', async () => {
    const { handle, asked } = held();
    const { dial } = await listen(handle);
    const client = (await dial()).send(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nnonsense\r\n\r\n',
    );
    (await asked).end('the last');
    expect((await client.whole()).match(/HTTP\/1.1 \d+|the last/g)).toEqual(['HTTP/1.1 200', 'the last']);
  });

  it('a slow head is refused behind the answer before it, and its request is never handled', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle, { http: { headersTimeout: '1s' } });
    const client = (await dial()).send(`${GET}GET / HTTP/1.1\r\n`);
    const first = await asked.nth(1);
    const server: EventEmitter = Reflect.get(first.req.socket, 'server');
    await once(server, 'clientError');
    await new Promise((resolve) => client.socket.write('Host: x\r\n\r\n', resolve));
    first.end('first');
    expect((await client.whole()).match(/HTTP\/1.1 \d+|first/g)).toEqual([
      'HTTP/1.1 200',
      'first',
      'HTTP/1.1 408',
    ]);
    expect(asked.count).toBe(1);
  });

  it('a slow head is refused with 408', async () => {
    const { dial } = await listen(hello, { http: { headersTimeout: '1s' } });
    const answer = await (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\nX: ').whole();
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });
});

describe('a client that closes its side', () => {
  it('a client that closes its side after its body still gets its answer', async () => {
    const { handle, asked } = held();
    const { dial } = await listen(handle);
    const client = (await dial()).send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody');
    const res = await asked;
    const ended = once(res.req.socket, 'end');
    client.socket.end();
    await ended;
    res.end('stored');
    expect(await client.whole()).toContain('stored');
  });

  it('the answer to a GET is cut if its client closes its side', async () => {
    const { handle, asked } = held();
    const { dial } = await listen(handle);
    const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const res = await asked;
    res.write('first');
    await client.until('first');
    client.socket.end();
    await once(res, 'close');
    expect(res.writableFinished).toBe(false);
  });

  it('a body is incomplete if its client closes its side in the middle', async () => {
    const { handle, asked } = held();
    const { dial } = await listen(handle);
    const client = (await dial()).send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nbody');
    const { req } = await asked;
    req.resume().on('error', () => {});
    client.socket.end();
    await new Promise((resolve) => req.once('close', resolve));
    expect(req.complete).toBe(false);
  });
});

it('a request with Expect gets 100 Continue from its handler only', async () => {
  const { dial } = await listen((_req, res) => void res.writeHead(403).end());
  const client = (await dial()).send(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
  );
  await client.until('403');
  expect(client.received).not.toContain('100 Continue');
});

it('a connection with an unread body is cut a moment after the answer', async () => {
  const { dial } = await listen(hello);
  const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
  await client.until('hello');
  const drip = setInterval(() => client.send('x'), 100);
  await client.left;
  clearInterval(drip);
});

it('a connection beyond the limit is closed and reported', async () => {
  let dropped = 0;
  const { dial } = await listen(hello, { limits: { connections: 1 } }, () => {
    dropped += 1;
  });
  const first = await dial();
  await (await dial()).left;
  expect(dropped).toBe(1);
  await first.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n').until('hello');
});

describe('a listener that stops', () => {
  it('a stop closes idle connections soon, used before or not', async () => {
    const { listener, dial } = await listen(hello);
    const [used, fresh, begun] = [await dial(), await dial(), await dial()];
    await used.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n').until('hello');
    begun.send('GET / HT');
    await listener.stop();
    await Promise.all([used.whole(), fresh.whole(), begun.whole()]);
  });

  it('the first request of a new connection is still answered', async () => {
    const { listener, dial } = await listen(hello);
    const fresh = await dial();
    // A later connection has its answer, so this one has been accepted.
    await (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n').until('hello');
    const stopped = listener.stop();
    fresh.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await fresh.whole()).toMatch(/Connection: close\r\n[\s\S]*hello/);
    await stopped;
  });

  it('a request under way gets its answer with Connection: close', async () => {
    const { handle, asked } = held();
    const { listener, dial } = await listen(handle);
    const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const res = await asked;
    const stopped = listener.stop();
    res.end('the last');
    expect(await client.whole()).toMatch(/Connection: close\r\n[\s\S]*the last/);
    await stopped;
  });

  it('a connection closes behind an answer that had begun before the stop', async () => {
    const { handle, asked } = held();
    const { listener, dial } = await listen(handle);
    const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const res = await asked;
    res.writeHead(200, { 'Content-Length': 9 }).write('begun');
    await client.until('begun');
    const stopped = listener.stop();
    res.end('over');
    expect(await client.whole()).toMatch(/begunover$/);
    await stopped;
  });

  it('a stop waits for a request under way until that is cut', async () => {
    const { handle, asked } = held();
    const { listener, dial } = await listen(handle);
    const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    const stopped = listener.stop();
    listener.cut();
    await stopped;
    await client.left;
  });
});
