import type { ServerResponse } from 'node:http';

/** The sender of a live response. */
export interface Consumer {
  /** Called once: the client has left, everything was sent, or the server stops and the connection must break off without an end. */
  close(): void;
}

/** The live responses of this node. */
export class Consumers {
  readonly #consumers = new Set<Consumer>();
  #isClosed = false;

  /** Closes `consumer` when its response is over. */
  add(res: ServerResponse, consumer: Consumer): void {
    if (res.closed || this.#isClosed) {
      consumer.close();
      return;
    }
    this.#consumers.add(consumer);
    res.on('close', () => this.#leave(consumer));
  }

  /** Aborts when the response is over: it was sent, the client has left, or the server stops. */
  signalOf(res: ServerResponse): AbortSignal {
    const controller = new AbortController();
    this.add(res, { close: () => controller.abort() });
    return controller.signal;
  }

  /** Breaks off their connections without an end, so that the clients continue at another node. */
  cutAll(): void {
    this.#isClosed = true;
    for (const consumer of this.#consumers) this.#leave(consumer);
  }

  #leave(consumer: Consumer): void {
    if (this.#consumers.delete(consumer)) consumer.close();
  }
}
