import type { ServerResponse } from 'node:http';
import type { LogInfo } from '../../core/log/log';
import type { Offset } from '../../core/log/offset';

const lasting = new WeakSet<ServerResponse>();

/** Emitted by a response once it is marked as lasting, and when it has to wait for its turn on the connection. */
export const PROGRESS_EVENT = 'loom-progress';

/**
 * Marks a response that may never end, such as one at a tail. A later request on the same connection must not wait for its end: it may be
 * the one that ends it. The response needs nothing more of the present state: what its stream had at the request is written. A spy is the
 * exception: it is marked at once, so that streams that are deleted behind it on its connection may be gone before it has read them.
 */
export function markLongLived(res: ServerResponse): void {
  if (lasting.has(res)) return;
  lasting.add(res);
  res.emit(PROGRESS_EVENT);
}

export function isLongLived(res: ServerResponse): boolean {
  return lasting.has(res);
}

/**
 * Marks the response to a reader of a stream once it has passed on what the stream had at the request.
 * @param at up to where it was passed on
 */
export function markLongLivedAtTail(res: ServerResponse, { state, tail }: LogInfo, at: Offset): void {
  if (state !== 'closed' && at >= tail) markLongLived(res);
}
