import type { Writable } from 'node:stream';

/** Runs `send`. What it writes to a socket leaves in one write, without copying the bytes. A missing socket is skipped. */
export function withCorked(sockets: readonly (Writable | undefined)[], send: () => void): void {
  for (const socket of sockets) socket?.cork();
  try {
    send();
  } finally {
    for (const socket of sockets) socket?.uncork();
  }
}
