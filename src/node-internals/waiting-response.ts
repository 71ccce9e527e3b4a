import type { ServerResponse } from 'node:http';

/** Calls `listener` when the turn of a response on its connection comes: until then it has no socket. Node does not document the event. */
export function onTurn(res: ServerResponse, listener: () => void): void {
  res.once('socket', listener);
}

/**
 * Closes a response whose turn never comes: Node closes only the one whose turn it is. Sets `_closed`, which `closed` returns: otherwise
 * a handler that reads `closed` later would wait for the event.
 */
export function closeWaiting(res: ServerResponse): void {
  Object.assign(res.destroy(), { _closed: true }).emit('close');
}
