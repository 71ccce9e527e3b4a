import type { ServerResponse } from 'node:http';
import { startStallTimer } from './stall-timer';

/** Ends a response, and cuts its connection unless the consumer takes the last bytes within `stalledMs`. */
export function finish(res: ServerResponse, stalledMs: number, body?: Buffer): void {
  res.end(body);
  destroyIfStalled(res, stalledMs);
}

/** Call it after the end of a response without a handler: a consumer that takes nothing would keep the last bytes and its connection. */
export function destroyIfStalled(res: ServerResponse, stalledMs: number): void {
  if (res.writableLength === 0 || res.closed) return;
  res.once('close', startStallTimer(res, stalledMs));
}
