import type { Socket } from 'node:net';

/** If a connection is reset this soon after a response, its client had not read it. */
const RESET_MS_MAX = 500;

const undecided = new WeakMap<Socket, () => void>();

/** Whether the client has read a response, as far as can be seen: if it closes before, its kernel resets the connection. */
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

/** The next request on a connection shows that the client has read the response before. */
export function confirmAnswerRead(socket: Socket): void {
  undecided.get(socket)?.();
}
