import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives to connections on its own (32768 and up on Linux). */
const FIRST = 11_000;
const LAST = 31_999;

/**
 * A port that stays free while nobody listens on it: a server that goes down and comes up again on one that the system hands out may
 * find it taken by any connection of the machine. No other test gets it until this process ends.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    const reservation = await reserve(port);
    if (reservation === undefined) continue;
    if (await isFree(port)) return port;
    reservation.close();
  }
}

/**
 * Tests run in several processes, and each may ask for a port while a server of another is not up yet, or is down. So they also take the
 * UDP port of the same number, which no server of a test uses. @returns `undefined` if it is taken
 */
async function reserve(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4').unref();
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    return socket;
  } catch {
    socket.close();
    return undefined;
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
