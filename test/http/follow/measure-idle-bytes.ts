import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { followMany } from '../../../src/core/follow/follow-many';
import type { ManyLogsListener } from '../../../src/core/follow/many-logs-listener';
import { Listener } from '../../../src/http/listener/listener';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLogOf } from '../../core/stores';
import { appOver } from '../../support/app';
import { configFrom } from '../../support/config';
import { reachableBytes } from '../../support/reachable-bytes';

const READERS = 400;
const CONTENT = 'bytes\n';
const ANY = '*/*';

/** Measured in a process of its own: what other tests of a process leave is collected at any time. */
async function measureAll(): Promise<Record<string, number>> {
  const store = new MemoryStore();
  const { handler, drain } = appOver(store);
  const { id } = (await createLogOf(store, CONTENT)).log;
  const bare = await bytesPerReader((_req, res) => res.write(CONTENT), '/', ANY);
  const beyondNode = async (path: string, accept = ANY): Promise<number> =>
    (await bytesPerReader(handler, path, accept)) - bare;
  const bytes = {
    'a tail': await beyondNode(`/stream/${id}`),
    'line events': await beyondNode(`/stream/${id}`, 'text/event-stream'),
    'durable events': await beyondNode(`/v1/stream/${id}?offset=-1&live=sse`),
    'a long poll': await beyondNode(`/v1/stream/${id}?offset=now&live=long-poll`),
  };
  const parked = { 'a parked tail': await bytesPerParked(handler, `/stream/${id}`), 'a bare response': bare };
  for (let i = 1; i < READERS; i += 1) await createLogOf(store, CONTENT);
  await bytesPerLog(store);
  const perLog = await bytesPerLog(store);
  await drain();
  return { ...bytes, ...parked, 'each log of a spy': perLog };
}

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

/** @returns as above, of responses whose connections are parked, with all that Node has of them */
async function bytesPerParked(handler: RequestListener, path: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const responses: ServerResponse[] = [];
    const listener = new Listener(
      (req, res) => {
        responses.push(res);
        handler(req, res);
      },
      configFrom({}),
      { dropped: () => {}, refused: () => {} },
    );
    const { port } = await listener.listen(0, '127.0.0.1');
    const before = await settledBytes();
    const sockets = Array.from({ length: READERS }, () => open(port, path, ANY));
    while (responses.length < READERS || !responses.every(isParked)) await delay(20);
    responses.length = 0;
    least = Math.min(least, ((await settledBytes()) - before) / READERS);
    for (const socket of sockets) socket.destroy();
    listener.cut();
    await listener.stop();
  }
  return least;
}

function isParked({ socket }: ServerResponse): boolean {
  return socket !== null && Reflect.get(socket, 'parser') === null;
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
    await delay(20);
    const bytes = reachableBytes();
    if (Math.abs(bytes - least) < 1024) return bytes;
    least = bytes;
  }
}

void measureAll().then((bytes) => process.stdout.write(JSON.stringify(bytes), () => process.exit()));
