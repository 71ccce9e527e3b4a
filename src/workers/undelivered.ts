import type { Worker } from 'node:cluster';

/** A connection that the primary has sent to a worker, as `internal/cluster/round_robin_handle` of Node does it. */
interface Sent {
  readonly seq: unknown;
  /** Of the port: the next one of a port is sent only when the worker has confirmed this one. */
  readonly key: unknown;
  readonly handle: { close(): void };
}

/**
 * Closes the connections that were on their way to a worker when it died, so that their clients try again, as those do that had
 * arrived. Node forgets them: they would stay open, and nobody would ever answer.
 */
export function closeUndelivered(worker: Worker): void {
  const child = worker.process;
  const { send } = child;
  const underWay = new Map<unknown, Sent>();
  Object.assign(child, {
    send: (...args: unknown[]) => {
      const sent = sentBy(args);
      if (sent !== undefined) underWay.set(sent.key, sent);
      return Reflect.apply(send, child, args);
    },
  });
  child.on('internalMessage', (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('ack' in message)) return;
    for (const { key, seq } of underWay.values()) if (seq === message.ack) underWay.delete(key);
  });
  // After its exit, when all that it had confirmed has been read. There is no 'disconnect' while a connection is on its way.
  child.once('close', () => {
    for (const { handle } of underWay.values()) handle.close();
  });
}

function sentBy([message, handle]: readonly unknown[]): Sent | undefined {
  if (typeof message !== 'object' || message === null || !isHandle(handle)) return undefined;
  if (!('act' in message && message.act === 'newconn' && 'seq' in message && 'key' in message))
    return undefined;
  return { seq: message.seq, key: message.key, handle };
}

function isHandle(value: unknown): value is Sent['handle'] {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
