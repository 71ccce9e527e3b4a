import type { ServerResponse } from 'node:http';
import { startStallTimer } from './stall-timer';

/** Ends a response, and cuts its consumer unless it takes the last bytes within `stalledMs`. */
export function finish(res: ServerResponse, stalledMs: number, body?: Buffer): void {
  res.end(body);
  destroyIfStalled(res, stalledMs);
}

/**
 * Of a response that has ended. Nobody waits for its consumer any more: one that does not take the last bytes would keep them in
 * memory, and its connection, for as long as it likes.
 */
export function destroyIfStalled(res: ServerResponse, stalledMs: number): void {
  if (res.writableLength === 0 || res.closed) return;
  res.once('close', startStallTimer(res, stalledMs));
}
