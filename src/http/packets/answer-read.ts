import type { Socket } from 'node:net';

/** A connection that is reset this soon after an answer was closed by a client that had not read it. */
const RESET_MS_MAX = 500;

const undecided = new WeakMap<Socket, () => void>();

/**
 * Whether an answer that is with the kernel has been read, as far as that can be known: when a client closes its connection without
 * having read everything, its own kernel resets it.
 */
export function wasAnswerRead(socket: Socket): Promise<'arrived' | 'lost'> {
  if (socket.destroyed) return Promise.resolve(socket.errored ? 'lost' : 'arrived');
  return new Promise((resolve) => {
    const settle = (outcome: 'arrived' | 'lost'): void => {
      clearTimeout(timer);
      undecided.delete(socket);
      socket.off('error', onError).off('close', onClose);
      resolve(outcome);
    };
    const onError = (): void => settle('lost');
    const onClose = (hadError: boolean): void => settle(hadError ? 'lost' : 'arrived');
    const timer = setTimeout(() => settle('arrived'), RESET_MS_MAX);
    undecided.set(socket, () => settle('arrived'));
    socket.on('error', onError).on('close', onClose);
  });
}

/** The next request on its connection shows that the client has read the answer before. */
export function confirmAnswerRead(socket: Socket): void {
  undecided.get(socket)?.();
}
