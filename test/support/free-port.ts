import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives to connections on its own (32768 and up on Linux). */
const FIRST = 11_000;
const LAST = 31_999;

/**
 * A port that stays free while nobody listens on it: a server that goes down and comes up again on one that the system hands out may
 * find it taken by any connection of the machine. The choice is random, since tests run in several processes.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
