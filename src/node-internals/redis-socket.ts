import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';

/** The socket of a connection of ioredis; `undefined` while ioredis reconnects. ioredis does not document `stream`. */
export function socketOf(connection: { readonly stream?: Socket }): Socket | undefined {
  return connection.stream;
}

/** Whether both connections are open, and to different addresses. */
export function haveOtherPeers(a: Redis, b: Redis): boolean {
  const [one, other] = [socketOf(a), socketOf(b)];
  if (one?.remotePort === undefined || other?.remotePort === undefined) return false;
  return one.remoteAddress !== other.remoteAddress || one.remotePort !== other.remotePort;
}

/** Takes the socket of a connection without pending replies from ioredis, whose listener would not know the commands of others. */
export function takeSocket(connection: Redis): Socket {
  return connection.stream.removeAllListeners('data');
}
