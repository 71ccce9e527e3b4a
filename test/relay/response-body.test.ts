import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HeldRequest } from '../../src/relay/match/held-request';
import { ResponseBody } from '../../src/relay/match/response-body';

const STALLED_MS = 60_000;
const PIECE = Buffer.alloc(16 * 1024, 'z');

describe('the response to a receiver', () => {
  let server: Server;
  let client: Socket;
  let side: HeldRequest;
  let body: ResponseBody;
  let hasFinished: Promise<void>;

  beforeEach(async () => {
    // The timer of the body alone: those of sockets and of this test are others.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {}).pause();
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [req, res] = await once(server, 'request');
    side = new HeldRequest(req, res);
    body = new ResponseBody(side, { stalledMs: STALLED_MS, begin: () => res.writeHead(200) });
    hasFinished = new Promise((resolve) =>
      body.start({ drained: () => {}, finished: resolve, lost: () => {} }),
    );
    body.begin({});
  });
  afterEach(async () => {
    jest.useRealTimers();
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Writes until the buffer of the kernel is full: the rest is far less than what pauses a sender. */
  async function fill(): Promise<void> {
    while (side.res.writableLength === 0) {
      expect(body.write(PIECE)).toBe(true);
      await delay(0);
      if (side.res.writableLength > 0) await delay(150);
    }
  }

  it('a stalled receiver is cut, even if only the rest of its message is left', async () => {
    await fill();
    body.end();
    jest.advanceTimersByTime(STALLED_MS);
    if (!side.disconnected.aborted) await once(side.disconnected, 'abort');
    expect(side.res.destroyed).toBe(true);
  });

  it('a slow receiver is not cut, nor one whose sender is slow', async () => {
    await fill();
    jest.advanceTimersByTime(STALLED_MS / 2);
    client.resume();
    while (side.res.writableLength > 0) await delay(1);
    jest.advanceTimersByTime(STALLED_MS * 1.5);
    body.write(PIECE);
    body.end();
    await hasFinished;
    expect(side.disconnected.aborted).toBe(false);
  });
});
