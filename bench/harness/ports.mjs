import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 30;

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves once something accepts connections there. @throws when nothing does, or as soon as `child` has ended */
export async function waitForPort(port, child, timeoutMs = 60_000) {
  const deadline = performance.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (child.hasEnded) throw new Error(`${child.title} did not start: ${child.lastWords()}`);
    if (performance.now() > deadline)
      throw new Error(`nothing listens on port ${port}: ${child.lastWords()}`);
    await delay(POLL_MS);
  }
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
