import type { IncomingMessage } from 'node:http';

/** Whether a body follows the head of a request. `complete` is false even without one, until Node has read what follows the head. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
