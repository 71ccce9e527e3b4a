import type { Worker } from 'node:cluster';

/** A connection that the primary has sent to a worker, as Node's `internal/cluster/round_robin_handle` sends it. */
interface Sent {
  readonly seq: unknown;
  /** Identifies the port. Node sends the next connection of a port only after the worker has confirmed this one. */
  readonly key: unknown;
  readonly handle: { close(): void };
}

/** Closes the connections that a dead worker had not received, so that clients retry. Node forgets them, and leaves them open. */
export function closeUndelivered(worker: Worker): void {
  const child = worker.process;
  const { send } = child;
  const unconfirmed = new Map<unknown, Sent>();
  Object.assign(child, {
    send: (...args: unknown[]) => {
      const sent = sentBy(args);
      if (sent !== undefined) unconfirmed.set(sent.key, sent);
      return Reflect.apply(send, child, args);
    },
  });
  child.on('internalMessage', (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('ack' in message)) return;
    for (const { key, seq } of unconfirmed.values()) if (seq === message.ack) unconfirmed.delete(key);
  });
  // 'close' follows the exit, after all confirmations are read. A connection that is being sent prevents 'disconnect'.
  child.once('close', () => {
    for (const { handle } of unconfirmed.values()) handle.close();
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
