import type { ServerResponse } from 'node:http';
import { noteCut } from '../errors/cut';

/** One for all responses: a new reason per response takes 5 % of the CPU of a small GET, most of it for the stack. */
const IS_OVER = new DOMException('The response is over', 'AbortError');

/** The sender of a live response. */
export interface Consumer {
  /** Called once: the client has left, everything was sent, or the server stops and the connection must break off without an end. */
  close(): void;
}

/** The live responses of this node. */
export class Consumers {
  readonly #consumers = new Set<Consumer>();
  /** Those that follow a stream. */
  readonly #tails = new Set<Consumer>();
  #isClosed = false;

  /** How many of them follow a stream. */
  get tails(): number {
    return this.#tails.size;
  }

  /** Closes `consumer` when its response is over. */
  add(res: ServerResponse, consumer: Consumer): void {
    this.#addTo(this.#consumers, res, consumer);
  }

  /** The same for a response that follows a stream. */
  addTail(res: ServerResponse, consumer: Consumer): void {
    this.#addTo(this.#tails, res, consumer);
  }

  /** Aborts when the response is over: it was sent, the client has left, or the server stops. */
  signalOf(res: ServerResponse): AbortSignal {
    const controller = new AbortController();
    this.add(res, {
      close() {
        if (!res.closed) noteCut(res, 'stopping');
        controller.abort(IS_OVER);
      },
    });
    return controller.signal;
  }

  /** Breaks off their connections without an end, so that the clients continue at another node. */
  cutAll(): void {
    this.#isClosed = true;
    for (const consumer of [...this.#tails, ...this.#consumers]) this.#leave(consumer);
  }

  #addTo(group: Set<Consumer>, res: ServerResponse, consumer: Consumer): void {
    if (res.closed || this.#isClosed) {
      consumer.close();
      return;
    }
    group.add(consumer);
    // The only listener per consumer: a third one of a response would double its list.
    res.on('close', () => this.#leave(consumer));
  }

  #leave(consumer: Consumer): void {
    if (this.#tails.delete(consumer) || this.#consumers.delete(consumer)) consumer.close();
  }
}

/** Aborts when the response is over: it was sent, or the client has left. A stop of the server does not abort it. */
export function signalUntilClosed(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(IS_OVER);
  if (res.closed) abort();
  else res.once('close', abort);
  return controller.signal;
}
