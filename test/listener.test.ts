import { type EventEmitter, once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { Asked, listen, stopListening } from './support/listening';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

afterEach(stopListening);

const hello: RequestListener = (_req, res) => void res.end('hello');

/** Answers when it is told to; says when a request is there. */
function held(): { handle: RequestListener; asked: Promise<ServerResponse> } {
  let tell = (_res: ServerResponse): void => {};
  const asked = new Promise<ServerResponse>((resolve) => {
    tell = resolve;
  });
  return { asked, handle: (_req, res) => tell(res) };
}

describe('a request that is answered while its body still comes', () => {
  it.each(['', 'Connection: close\r\n'])(
    'is not reset before its client has read the answer: %j',
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

describe('what is not HTTP', () => {
  it.each([
    ['no request at all', 'nonsense SECRET\r\n\r\n', '400 Bad Request', 'The request is not valid HTTP/1.1'],
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
  ])('%s is refused in JSON that repeats none of it', async (_name, text, status, error) => {
    const { dial } = await listen(hello, { limits: { headerBytes: '4KiB', metadataBytes: '1KiB' } });
    const answer = await (await dial()).send(text).whole();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({ error, code: expect.any(String) });
    expect(answer).not.toContain('SECRET');
  });

  it('is cut when an answer has begun: a second head would be taken for a part of it', async () => {
    const { dial } = await listen((_req, res) => {
      res.writeHead(201);
      res.write('begun');
    });
    const client = (await dial()).send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    await client.until('begun');
    expect((await client.send('what\r\n').whole()).match(/HTTP\/1/g)).toHaveLength(1);
  });

  it('is refused once, behind the answers to the sound requests before it', async () => {
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

  it('is refused in the place of the answer to a request whose body it is, behind the one before', async () => {
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

  it('and behind an answer that says that it is the last is not refused', async () => {
    const { handle, asked } = held();
    const { dial } = await listen(handle);
    const client = (await dial()).send(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nnonsense\r\n\r\n',
    );
    (await asked).end('the last');
    expect((await client.whole()).match(/HTTP\/1.1 \d+|the last/g)).toEqual(['HTTP/1.1 200', 'the last']);
  });

  it('because its head comes too slowly is refused behind the answer before, and not taken later', async () => {
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

  it('is refused when its head comes too slowly', async () => {
    const { dial } = await listen(hello, { http: { headersTimeout: '1s' } });
    const answer = await (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\nX: ').whole();
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });
});

describe('a client that closes its side', () => {
  it('after its body still gets its answer', async () => {
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

  it('while it is being answered to a GET has left', async () => {
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

  it('in the middle of its body was lost', async () => {
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

it('a client that asks before it sends a body is not told to go on by anyone but the handler', async () => {
  const { dial } = await listen((_req, res) => void res.writeHead(403).end());
  const client = (await dial()).send(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
  );
  await client.until('403');
  expect(client.received).not.toContain('100 Continue');
});

it('a body that nobody needs may go on for a moment after the answer, and is cut then', async () => {
  const { dial } = await listen(hello);
  const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
  await client.until('hello');
  const drip = setInterval(() => client.send('x'), 100);
  await client.left;
  clearInterval(drip);
});

it('what is too many connections is closed, and told', async () => {
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
  it('closes soon what is idle, used before or not', async () => {
    const { listener, dial } = await listen(hello);
    const [used, fresh, begun] = [await dial(), await dial(), await dial()];
    await used.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n').until('hello');
    begun.send('GET / HT');
    await listener.stop();
    await Promise.all([used.whole(), fresh.whole(), begun.whole()]);
  });

  it('answers the first request of a connection that had just come', async () => {
    const { listener, dial } = await listen(hello);
    const fresh = await dial();
    // Who came later has an answer: the one before has been accepted.
    await (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n').until('hello');
    const stopped = listener.stop();
    fresh.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await fresh.whole()).toMatch(/Connection: close\r\n[\s\S]*hello/);
    await stopped;
  });

  it('lets a request have its answer, which says that the connection ends', async () => {
    const { handle, asked } = held();
    const { listener, dial } = await listen(handle);
    const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const res = await asked;
    const stopped = listener.stop();
    res.end('the last');
    expect(await client.whole()).toMatch(/Connection: close\r\n[\s\S]*the last/);
    await stopped;
  });

  it('closes a connection behind an answer that had begun before', async () => {
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

  it('waits for what is under way until that is cut', async () => {
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
