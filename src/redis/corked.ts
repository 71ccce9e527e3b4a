import type { Writable } from 'node:stream';

/** Runs what sends commands. Those that go to one of the sockets leave together, and their bytes are not copied for it. */
export function withCorked<T>(sockets: readonly Writable[], send: () => T): T {
  for (const socket of sockets) socket.cork();
  try {
    return send();
  } finally {
    for (const socket of sockets) socket.uncork();
  }
}
