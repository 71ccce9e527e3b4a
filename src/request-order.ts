import type { ServerResponse } from 'node:http';

const SAFE: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Node hands on each request of a connection as soon as it is there, also while an earlier one is being answered. A request behind one
 * that changes something must see the change, so it waits until that one is answered (RFC 9112, 9.3.2). A request behind others that
 * change nothing waits only if they do.
 */
export class RequestOrder {
  /** By the response to a request that waits, the one that it waits for. */
  readonly #awaited = new WeakMap<ServerResponse, ServerResponse>();
  /** By the response that they wait for, what starts those that wait. */
  readonly #starts = new WeakMap<ServerResponse, (() => void)[]>();

  /**
   * @param previous the response to the request before, which has not ended
   * @param start handles the request. It is not called if the connection closes before its turn
   * @returns whether the request waits; else it is the caller's to start
   */
  holds(previous: ServerResponse, res: ServerResponse, start: () => void): boolean {
    const awaited = SAFE.has(previous.req.method) ? this.#awaited.get(previous) : previous;
    if (awaited === undefined) return false;
    this.#awaited.set(res, awaited);
    this.#after(awaited, () => {
      this.#awaited.delete(res);
      if (!res.req.socket.destroyed && !res.destroyed) start();
    });
    return true;
  }

  isWaiting(res: ServerResponse): boolean {
    return this.#awaited.has(res);
  }

  /** One listener for all: Node takes eleven for a leak. */
  #after(awaited: ServerResponse, start: () => void): void {
    const starts = this.#starts.get(awaited);
    if (starts !== undefined) {
      starts.push(start);
      return;
    }
    const all = [start];
    this.#starts.set(awaited, all);
    awaited.once('close', () => {
      for (const next of all) next();
    });
  }
}
