import type { Server } from 'node:http';

/** Keeps half-closed connections open: a client such as `nc -N` waits for the response. Sets Node's undocumented `httpAllowHalfOpen`. */
export function keepHalfOpen(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true });
}
