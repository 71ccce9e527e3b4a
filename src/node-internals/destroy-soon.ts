import { Socket } from 'node:net';

/** Replaces `destroySoon`, which Node calls after `Connection: close` (undocumented). @param close one function for all sockets */
export function replaceDestroySoon(socket: Socket, close: (this: Socket) => void): void {
  socket.destroySoon = close;
}

/** What `destroySoon` does if it is not replaced. */
export function destroySoonAsNode(socket: Socket): void {
  Socket.prototype.destroySoon.call(socket);
}
