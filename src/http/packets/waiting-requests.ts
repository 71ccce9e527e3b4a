import type { ServerResponse } from 'node:http';
import { onHalfClose } from '../../relay/match/half-close';
import { RequestError } from '../errors/request-error';
import { shuttingDown } from '../errors/shared-errors';

/** The requests that wait on this node. Each has a signal that ends its wait. */
export class WaitingRequests {
  readonly #waits = new Set<AbortController>();
  #isStopping = false;

  constructor(private readonly max: number) {}

  get size(): number {
    return this.#waits.size;
  }

  /** @returns aborts when the client leaves or closes its side, or the server stops @throws RequestError `TOO_MANY_WAITING`, `STOPPING` */
  add(res: ServerResponse): AbortSignal {
    if (this.#isStopping) throw shuttingDown();
    if (this.#waits.size >= this.max) {
      throw new RequestError('TOO_MANY_WAITING', `${this.max} requests are waiting already`);
    }
    const { socket } = res.req;
    if (res.closed || socket.readableEnded) return AbortSignal.abort();
    const wait = new AbortController();
    this.#waits.add(wait);
    const end = (): void => wait.abort();
    // A killed client looks like one that only closes its side. Neither gets a packet: it would be lost with the former.
    const unlisten = onHalfClose(socket, end);
    res.once('close', () => {
      this.#waits.delete(wait);
      unlisten();
      end();
    });
    return wait.signal;
  }

  /** Ends all waits, and refuses new ones. */
  abortAll(): void {
    this.#isStopping = true;
    for (const wait of this.#waits) wait.abort();
  }
}
