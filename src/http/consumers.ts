import type { ServerResponse } from 'node:http';

/** The live responses of this node. */
export class Consumers {
  readonly #controllers = new Set<AbortController>();
  #isClosed = false;

  /** Aborts when the response is over, however it ended: sent, the client went away, or the server stops. */
  signalOf(res: ServerResponse): AbortSignal {
    const controller = new AbortController();
    if (res.closed || this.#isClosed) controller.abort();
    else {
      this.#controllers.add(controller);
      res.once('close', () => {
        this.#controllers.delete(controller);
        controller.abort();
      });
    }
    return controller.signal;
  }

  /** Their connections break off without an end, so that they know to go on elsewhere. */
  cutAll(): void {
    this.#isClosed = true;
    for (const controller of this.#controllers) controller.abort();
  }
}

/** Whether an error is no more than a consumer that left. */
export function isDeparture(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
