import type { Socket } from 'node:net';

/** One `end` listener per connection: on one with pipelined requests many wait, and each would add its own. */
const listenersOf = new WeakMap<Socket, Set<() => void>>();

/** Calls `listener` when the client closes its side of the connection. @returns removes the listener */
export function onHalfClose(socket: Socket, listener: () => void): () => void {
  const listeners = listenersOf.get(socket) ?? listen(socket);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function listen(socket: Socket): Set<() => void> {
  const listeners = new Set<() => void>();
  listenersOf.set(socket, listeners);
  socket.once('end', () => {
    for (const listener of [...listeners]) listener();
  });
  return listeners;
}
