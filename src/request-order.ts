import type { ServerResponse } from 'node:http';

const SAFE: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Node hands on each request of a connection as soon as it is there, also while an earlier one is being answered. A request behind one
 * that changes something must see the change, so it waits until the response to that one has ended (RFC 9112, 9.3.2). A request behind
 * others that change nothing waits only if they do.
 *
 * The response need not have been sent. It may be behind a tail that only a later request on the same connection ends.
 */
export class RequestOrder {
  /** By the response to a request that waits, the one that it waits for. */
  readonly #awaited = new WeakMap<ServerResponse, ServerResponse>();
  /** By the response that they wait for, what starts those that wait. */
  readonly #starts = new WeakMap<ServerResponse, (() => void)[]>();

  /**
   * @param previous the response to the request before, which has not closed
   * @param start handles the request. It is not called if the connection closes before its turn
   * @returns whether the request waits; else it is the caller's to start
   */
  holds(previous: ServerResponse, res: ServerResponse, start: () => void): boolean {
    const awaited = this.#awaitedBehind(previous);
    if (awaited === undefined) return false;
    this.#awaited.set(res, awaited);
    this.#after(awaited, () => {
      this.#awaited.delete(res);
      if (!res.req.socket.destroyed && !res.destroyed) start();
    });
    return true;
  }

  #awaitedBehind(previous: ServerResponse): ServerResponse | undefined {
    if (SAFE.has(previous.req.method)) return this.#awaited.get(previous);
    return previous.writableEnded ? undefined : previous;
  }

  #after(awaited: ServerResponse, start: () => void): void {
    const starts = this.#starts.get(awaited);
    if (starts !== undefined) {
      starts.push(start);
      return;
    }
    const all = [start];
    this.#starts.set(awaited, all);
    onEnd(awaited, () => {
      this.#starts.delete(awaited);
      for (const next of all) next();
    });
  }
}

/** Calls `tell` in a turn of its own once `end` has been called: there is no event for that while the response has no connection. */
function onEnd(res: ServerResponse, tell: () => void): void {
  const { end } = res;
  const endAndTell = (...args: unknown[]): ServerResponse => {
    res.end = end;
    Reflect.apply(end, res, args);
    process.nextTick(tell);
    return res;
  };
  Object.assign(res, { end: endAndTell });
}
