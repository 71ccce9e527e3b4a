import type { ServerResponse } from 'node:http';
import type { LogInfo } from '../../core/log/log';
import type { Offset } from '../../core/log/offset';

const longLived = new WeakSet<ServerResponse>();

/** Emitted by a response when it is marked as long-lived, and when it must wait for its turn on the connection. */
export const PROGRESS_EVENT = 'loom-progress';

/**
 * Marks a response that may never end, such as a tail. A later request on the same connection must not wait for it, because that request
 * may end it. By then the response has written what its stream had at the request. A spy is the exception: it is marked at once, so that
 * a request behind it on its connection may delete streams before the spy has read them.
 */
export function markLongLived(res: ServerResponse): void {
  if (longLived.has(res)) return;
  longLived.add(res);
  res.emit(PROGRESS_EVENT);
}

export function isLongLived(res: ServerResponse): boolean {
  return longLived.has(res);
}

/** Marks a response once it has written, up to the offset `at`, what its stream had at the request. */
export function markLongLivedAtTail(res: ServerResponse, { state, tail }: LogInfo, at: Offset): void {
  if (state !== 'closed' && at >= tail) markLongLived(res);
}
