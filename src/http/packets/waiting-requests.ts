import type { ServerResponse } from 'node:http';
import { onHalfClose } from '../../relay/match/half-close';
import { RequestError } from '../errors/request-error';
import { shuttingDown } from '../errors/shared-errors';

/** The requests that wait for something on this node, and what ends their waits. */
export class WaitingRequests {
  readonly #open = new Set<AbortController>();
  #isOver = false;

  constructor(private readonly max: number) {}

  /**
   * @returns aborts when the client has left, has closed its side of the connection, or the server stops
   * @throws RequestError `TOO_MANY_WAITING`, `STOPPING`
   */
  add(res: ServerResponse): AbortSignal {
    if (this.#isOver) throw shuttingDown();
    if (this.#open.size >= this.max) {
      throw new RequestError('TOO_MANY_WAITING', `${this.max} requests are waiting already`);
    }
    const { socket } = res.req;
    if (res.closed || socket.readableEnded) return AbortSignal.abort();
    const wait = new AbortController();
    this.#open.add(wait);
    const end = (): void => wait.abort();
    // A client that was killed is seen here, as one that only closes its side: the server keeps such a connection open. To neither
    // is a packet to be given, as it would be lost with the former.
    const unlisten = onHalfClose(socket, end);
    res.once('close', () => {
      this.#open.delete(wait);
      unlisten();
      end();
    });
    return wait.signal;
  }

  /** Those that wait have waited long enough, and nobody else may. */
  abortAll(): void {
    this.#isOver = true;
    for (const wait of this.#open) wait.abort();
  }
}
