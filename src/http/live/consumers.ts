import type { ServerResponse } from 'node:http';

/** Who sends a live response. */
export interface Consumer {
  /** Called once: the client went away, all was sent, or the server stops and the connection has to break off without an end. */
  close(): void;
}

/** The live responses of this node. */
export class Consumers {
  readonly #consumers = new Set<Consumer>();
  #isClosed = false;

  /** Tells `consumer` when its response is over. */
  add(res: ServerResponse, consumer: Consumer): void {
    if (res.closed || this.#isClosed) {
      consumer.close();
      return;
    }
    this.#consumers.add(consumer);
    res.on('close', () => this.#leave(consumer));
  }

  /** Aborts when the response is over, however it ended: sent, the client went away, or the server stops. */
  signalOf(res: ServerResponse): AbortSignal {
    const controller = new AbortController();
    this.add(res, { close: () => controller.abort() });
    return controller.signal;
  }

  /** Their connections break off without an end, so that they know to go on elsewhere. */
  cutAll(): void {
    this.#isClosed = true;
    for (const consumer of this.#consumers) this.#leave(consumer);
  }

  #leave(consumer: Consumer): void {
    if (this.#consumers.delete(consumer)) consumer.close();
  }
}
