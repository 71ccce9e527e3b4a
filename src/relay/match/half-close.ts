import type { Socket } from 'node:net';

/** By connection: one on which requests are pipelined has many that wait, and would have a listener for each. */
const waitingOn = new WeakMap<Socket, Set<() => void>>();

/** Tells when the client closes its side of the connection. @returns ends that */
export function onHalfClose(socket: Socket, tell: () => void): () => void {
  const waiting = waitingOn.get(socket) ?? listen(socket);
  waiting.add(tell);
  return () => {
    waiting.delete(tell);
  };
}

function listen(socket: Socket): Set<() => void> {
  const waiting = new Set<() => void>();
  waitingOn.set(socket, waiting);
  socket.once('end', () => {
    for (const tell of [...waiting]) tell();
  });
  return waiting;
}
