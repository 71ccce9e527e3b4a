import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { followMany } from '../../../src/core/follow/follow-many';
import type { ManyLogsListener } from '../../../src/core/follow/many-logs-listener';
import type { LogId } from '../../../src/core/log/log-id';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLogOf } from '../../core/stores';
import { appOver } from '../../support/app';
import { reachableBytes } from '../../support/reachable-bytes';

const READERS = 400;
const CONTENT = 'bytes\n';
const ANY = '*/*';

/**
 * Beside the connection, the request and the response of Node, which a bare server has as well. Measured: 640, 1,600, 1,100, 5,170 and
 * 650 bytes. The bounds leave room for what else a process allocates meanwhile.
 */
describe('a reader that waits', () => {
  const store = new MemoryStore();
  const { handler, drain } = appOver(store);
  let bareBytes = 0;
  let id: LogId;

  beforeAll(async () => {
    ({ id } = (await createLogOf(store, CONTENT)).log);
    bareBytes = await bytesPerReader((_req, res) => res.write(CONTENT), '/', ANY);
  });
  afterAll(drain);

  it.each([
    ['a tail', () => `/stream/${id}`, ANY, 850],
    ['line events', () => `/stream/${id}`, 'text/event-stream', 1_800],
    ['durable events', () => `/v1/stream/${id}?offset=-1&live=sse`, ANY, 1_400],
    ['a long poll', () => `/v1/stream/${id}?offset=now&live=long-poll`, ANY, 5_700],
  ])('takes a bounded number of bytes: %s', async (_what, path, accept, bytesMax) => {
    expect((await bytesPerReader(handler, path(), accept)) - bareBytes).toBeLessThan(bytesMax);
  });

  it('takes a bounded number of bytes: each log of a spy', async () => {
    for (let i = 1; i < READERS; i += 1) await createLogOf(store, CONTENT);
    await bytesPerLog(store);
    expect(await bytesPerLog(store)).toBeLessThan(720);
  });
});

/** @returns the least of some measurements: the first one includes what is compiled and kept once */
async function bytesPerReader(handler: RequestListener, path: string, accept: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    let [responses, allHere] = [0, (): void => {}];
    const here = new Promise<void>((resolve) => {
      allHere = resolve;
    });
    const server = createServer((req, res) => {
      handler(req, res);
      responses += 1;
      if (responses === READERS) allHere();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const before = await settledBytes();
    const { port } = server.address() as AddressInfo;
    const sockets = Array.from({ length: READERS }, () => open(port, path, accept));
    await here;
    least = Math.min(least, ((await settledBytes()) - before) / READERS);
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
  return least;
}

function open(port: number, path: string, accept: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${accept}\r\n\r\n`);
  return socket.resume();
}

async function bytesPerLog(store: MemoryStore): Promise<number> {
  let [started, allStarted] = [0, (): void => {}];
  const complete = new Promise<void>((resolve) => {
    allStarted = resolve;
  });
  const listener: ManyLogsListener = {
    started: () => {
      started += 1;
      if (started === READERS) allStarted();
    },
    bytes: () => true,
    stored() {},
    skipped() {},
    lost() {},
    ended() {},
    ready: async () => {},
  };
  const leaving = new AbortController();
  const before = await settledBytes();
  const over = followMany(store, listener, { prefix: '', from: 'now' }, leaving.signal);
  await complete;
  const bytes = ((await settledBytes()) - before) / READERS;
  leaving.abort();
  await over.catch(() => {});
  return bytes;
}

/** What is reachable once nothing more becomes garbage. */
async function settledBytes(): Promise<number> {
  for (let least = reachableBytes(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const bytes = reachableBytes();
    if (Math.abs(bytes - least) < 1024) return bytes;
    least = bytes;
  }
}
