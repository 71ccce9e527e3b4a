import type { Server } from 'node:http';

/**
 * Keeps a connection open whose client has closed its side after its request, as `nc -N` does: otherwise the client never gets the
 * response. Sets Node's undocumented `httpAllowHalfOpen`.
 */
export function keepHalfOpen(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true });
}
