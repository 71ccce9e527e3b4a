import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { configFrom } from '../src/config/load';
import { Listener } from '../src/listener';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A listener on a free port. */
async function listen(
  handle: RequestListener,
  settings: object = {},
  onDrop = (): void => {},
): Promise<Place> {
  const listener = new Listener(handle, configFrom(settings), onDrop);
  const { port } = await listener.listen(0, '127.0.0.1');
  stops.push(async () => {
    listener.cut();
    await listener.stop();
  });
  return { listener, dial: () => Client.dial(port) };
}

interface Place {
  readonly listener: Listener;
  dial(): Promise<Client>;
}

/** A bare connection: what is sent is what is written, and what came can be looked at. */
class Client {
  received = '';
  /** The server has closed its side, or cut the connection. */
  readonly left: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.received += bytes;
    });
    // Being cut may come as a reset: 'close' follows.
    socket.on('error', () => {});
    this.left = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
    stops.push(async () => {
      socket.destroy();
    });
  }

  static async dial(port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new Client(socket);
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  async until(part: string): Promise<string> {
    while (!this.received.includes(part)) await once(this.socket, 'data');
    return this.received;
  }

  /** What came until the server closed its side. */
  async whole(): Promise<string> {
    await this.left;
    return this.received;
  }
}

const hello: RequestListener = (_req, res) => void res.end('hello');

/** Answers when it is told to; says when a request is there. */
function held(): { handle: RequestListener; asked: Promise<ServerResponse> } {
  let tell = (_res: ServerResponse): void => {};
  const asked = new Promise<ServerResponse>((resolve) => {
    tell = resolve;
  });
  return { asked, handle: (_req, res) => tell(res) };
}

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

  it('is cut when it comes behind a sound request: its refusal would be taken for the answer to that', async () => {
    const { handle, asked } = held();
    const { dial } = await listen(handle);
    const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    expect(await client.send('nonsense\r\n\r\n').whole()).toBe('');
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

it('answers whose turn on a connection has not come are over when it breaks, as the one whose turn it is', async () => {
  const answers: ServerResponse[] = [];
  let tell = (): void => {};
  const allAsked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const { dial } = await listen((_req, res) => {
    if (answers.push(res) === 3) tell();
  });
  const client = (await dial()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await allAsked;
  // It has been written, and waits for its turn all the same.
  answers[1]?.end('second');
  const over = Promise.all(answers.map((answer) => once(answer, 'close')));
  client.socket.resetAndDestroy();
  await over;
  expect(answers.map(({ closed, destroyed }) => closed && destroyed)).toEqual([true, true, true]);
});

it('a client that asks before it sends a body is not told to go on by anyone but the handler', async () => {
  const { dial } = await listen((_req, res) => void res.writeHead(403).end());
  const client = (await dial()).send(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
  );
  await client.until('403');
  expect(client.received).not.toContain('100 Continue');
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

describe('requests that are sent without waiting for answers', () => {
  it('are taken no further while very many wait, and all of them are answered in the end', async () => {
    const waiting: ServerResponse[] = [];
    let taken = 0;
    let isOpen = false;
    const { dial } = await listen((_req, res) => {
      taken += 1;
      if (isOpen) res.end();
      else waiting.push(res);
    });
    const client = await dial();
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000));
    while (taken === 0) await nextTurn();
    for (let before = 0; before !== taken; ) {
      before = taken;
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    }
    expect(taken).toBeLessThan(5_000);
    isOpen = true;
    for (const res of waiting) res.end();
    let answered = 0;
    while (answered < 10_000) {
      answered += client.received.split('HTTP/1.1 200').length - 1;
      client.received = client.received.slice(client.received.lastIndexOf('HTTP/1.1 200') + 1);
      if (answered < 10_000) await once(client.socket, 'data');
    }
    expect(taken).toBe(10_000);
  });
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
