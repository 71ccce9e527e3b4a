import type { ServerResponse } from 'node:http';

const lasting = new WeakSet<ServerResponse>();

/** Emitted by a response once it is marked as lasting, and when it has to wait for its turn on the connection. */
export const PROGRESS = 'loom-progress';

/**
 * Marks a response that may never end, such as one at a tail. A later request on the same connection must not wait for its end: it may be
 * the one that ends it. The response has by now what it needs of the present state.
 */
export function markLasting(res: ServerResponse): void {
  lasting.add(res);
  res.emit(PROGRESS);
}

export function isLasting(res: ServerResponse): boolean {
  return lasting.has(res);
}
