import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { appOver } from '../support/app';

export interface CountedTurns {
  readonly store: MemoryStore;
  url(path: string): string;
  /** The most bytes that were written in one turn of the event loop since the test began. */
  mostWritten(): number;
  /** How many pieces were written since the test began. */
  pieces(): number;
}

/** A server over a store in memory that counts, for each turn of the event loop, the bytes that it writes. */
export function withCountedTurns(): CountedTurns {
  const store = new MemoryStore();
  const { handler, drain } = appOver(store);
  let [written, most, pieces, isOver] = [0, 0, 0, false];
  const everyTurn = (): void => {
    written = 0;
    if (!isOver) setImmediate(everyTurn);
  };
  const count = (res: ServerResponse): void => {
    const write = res.write.bind(res);
    res.write = (chunk: string | Buffer): boolean => {
      written += chunk.length;
      pieces += 1;
      most = Math.max(most, written);
      return write(chunk);
    };
  };
  const server = createServer((req, res) => {
    count(res);
    handler(req, res);
  });
  beforeAll(async () => {
    everyTurn();
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  beforeEach(() => {
    most = 0;
    pieces = 0;
  });
  afterAll(async () => {
    isOver = true;
    await drain();
    server.close();
  });
  return {
    store,
    url: (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    mostWritten: () => most,
    pieces: () => pieces,
  };
}
