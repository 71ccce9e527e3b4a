import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { markLongLived } from '../src/http/live/long-lived';
import { Asked, type Client, listen, type Place, stopListening } from './support/listening';

const TAIL = 'GET /tail HTTP/1.1\r\nHost: x\r\n\r\n';
const GET = 'GET /next HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST /next HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na message';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(stopListening);

const isParked = ({ socket }: ServerResponse): boolean =>
  socket !== null && Reflect.get(socket, 'parser') === null;

async function untilParked(...tails: ServerResponse[]): Promise<void> {
  while (!tails.every(isParked)) await nextTurn();
}

/** A tail that has sent its first bytes. */
function begin(tail: ServerResponse): ServerResponse {
  tail.write('begun;');
  markLongLived(tail);
  return tail;
}

/** A listener, a client of it, and the client's tail, whose connection is parked. */
async function parkedTail(
  request = TAIL,
): Promise<Place & { asked: Asked; client: Client; tail: ServerResponse }> {
  const asked = new Asked();
  const place = await listen(asked.handle);
  const client = (await place.dial()).send(request);
  const tail = begin(await asked.nth(1));
  await untilParked(tail);
  return { ...place, asked, client, tail };
}

/** What a handler is asked for, with the body. */
const echo: RequestListener = async (req, res) => {
  let body = '';
  for await (const bytes of req) body += bytes;
  res.end(`${req.method} ${req.url} ${body};`);
};

describe('a parked tail', () => {
  it('goes on, and its connection serves the next request once it has ended', async () => {
    const { asked, client, tail } = await parkedTail();
    tail.write('more;');
    await client.until('more;');
    tail.end('the end;');
    await client.until('the end;');
    client.send(GET);
    (await asked.nth(2)).end('the next;');
    expect((await client.until('the next;')).match(/HTTP\/1.1 200/g)).toHaveLength(2);
  });

  it('is followed by the answers to the requests that come while it lasts, in their order', async () => {
    const { asked, client, tail } = await parkedTail();
    client.send(POST + GET);
    const change = await asked.nth(2);
    expect(change.req.url).toBe('/next');
    change.end('a change;');
    (await asked.nth(3)).end('a read;');
    expect(isParked(tail)).toBe(false);
    tail.end('a tail;');
    expect((await client.until('a read;')).match(/\w+ \w+;/g)).toEqual(['a tail;', 'a change;', 'a read;']);
  });

  it('stays on its connection with a request that comes in two pieces, wherever it is cut', async () => {
    const tails: ServerResponse[] = [];
    const { dial } = await listen((req, res) => {
      if (req.url === '/tail') tails.push(begin(res));
      else void echo(req, res);
    });
    const cuts = Array.from({ length: POST.length - 1 }, (_, index) => index + 1);
    // With the tail itself: a part of the next request is in the parser, which must not be freed.
    const early = await Promise.all(cuts.map(async (cut) => (await dial()).send(TAIL + POST.slice(0, cut))));
    while (tails.length < cuts.length) await nextTurn();
    // Behind a tail that is parked.
    const late = await Promise.all(cuts.map(async () => (await dial()).send(TAIL)));
    while (tails.length < 2 * cuts.length) await nextTurn();
    await untilParked(...tails.slice(cuts.length));
    expect(cuts.filter((_, index) => isParked(tails[index] as ServerResponse))).toEqual([]);
    for (const [index, client] of late.entries()) client.send(POST.slice(0, cuts[index]));
    while (tails.some(isParked)) await nextTurn();
    for (const [index, client] of [...early, ...late].entries())
      client.send(POST.slice(cuts[index % cuts.length]));
    for (const tail of tails) tail.end('over;');
    for (const client of [...early, ...late]) {
      const received = await client.until('POST /next a message;');
      expect(received.match(/HTTP\/1.1 200/g)).toHaveLength(2);
    }
  });

  it('is closed when its client has left', async () => {
    const { client, tail } = await parkedTail();
    const closed = once(tail, 'close');
    client.socket.resetAndDestroy();
    await closed;
    expect([tail.closed, tail.writableFinished]).toEqual([true, false]);
  });

  it('is sent to its end to a client that has closed its side', async () => {
    const { client, tail } = await parkedTail();
    const over = client.whole();
    client.socket.end();
    while (isParked(tail)) await nextTurn();
    tail.end('the end;');
    expect(await over).toContain('the end;');
  });

  it('is cut soon when its client has closed its side and nothing is sent', async () => {
    const { client, tail } = await parkedTail();
    const closed = once(tail, 'close');
    client.socket.end();
    await closed;
    expect(tail.writableFinished).toBe(false);
  });

  it('has its end before the refusal of what is malformed behind it', async () => {
    const { client, tail } = await parkedTail();
    client.send('nonsense\r\n\r\n');
    while (isParked(tail)) await nextTurn();
    tail.end('the end;');
    const received = await client.whole();
    expect(received.match(/HTTP\/1.1 (200|400)|the end;/g)).toEqual([
      'HTTP/1.1 200',
      'the end;',
      'HTTP/1.1 400',
    ]);
  });

  it.each([
    ['HTTP/1.0', 'GET /tail HTTP/1.0\r\nHost: x\r\n\r\n'],
    ['Connection: close', 'GET /tail HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('of a request with %s closes its connection at its end', async (_name, request) => {
    const { asked, client, tail } = await parkedTail(request);
    client.send(GET);
    while (isParked(tail)) await nextTurn();
    tail.end('the end;');
    expect(await client.whole()).toMatch(/the end;(\r\n0\r\n\r\n)?$/);
    expect(asked.count).toBe(1);
  });

  it('waits for a client that takes its bytes slowly', async () => {
    const { client, tail } = await parkedTail();
    client.socket.pause();
    while (tail.write(Buffer.alloc(64 * 1024, '.')));
    const drained = once(tail, 'drain');
    client.socket.resume();
    await drained;
    tail.end('the end;');
    await client.until('the end;');
  });

  it('is waited for at a stop, and its connection is closed behind it', async () => {
    const { listener, client, tail } = await parkedTail();
    const stopped = listener.stop();
    tail.end('the end;');
    expect(await client.whole()).toContain('the end;');
    await stopped;
  });

  it('is parked again after a request behind nothing', async () => {
    const { client, tail } = await parkedTail();
    // RFC 9112, 2.2: an empty line before a request is ignored.
    client.send('\r\n');
    while (isParked(tail)) await nextTurn();
    await untilParked(tail);
    tail.end('the end;');
    await client.until('the end;');
  });
});

describe('a connection is not parked', () => {
  it('while something else listens to it', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const [alone, observed] = [(await dial()).send(TAIL), (await dial()).send(TAIL)];
    const tails = [begin(await asked.nth(1)), begin(await asked.nth(2))];
    tails[1]?.socket?.on('end', () => {});
    while (!tails.some(isParked)) await nextTurn();
    expect(tails.map(isParked)).toEqual([true, false]);
    for (const tail of tails) tail.end('over;');
    await Promise.all([alone.until('over;'), observed.until('over;')]);
  });
});
