import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { onResponseEnd } from '../../node-internals/response-end';
import { isLongLived, PROGRESS_EVENT } from '../live/long-lived';

const SAFE: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

interface Turn {
  readonly res: ServerResponse;
  /** Handles the request. `undefined` once it was called. */
  start: (() => void) | undefined;
}

/** The requests of a connection whose responses have not ended, in their order. */
type Turns = Set<Turn>;

/**
 * Node emits each request of a connection as soon as it has come, also while an earlier one is being handled. Here a request waits if its
 * client could notice that (RFC 9112, 9.3.2):
 *
 * - Behind a change, everything waits until the response to the change has ended.
 * - A change also waits for the reads before it, each until its response has ended. It waits for a long-lived one, such as a tail, only
 *   until that is marked as such.
 *
 * A response that has ended need not have been sent: it may be behind a tail that only a later request on the same connection ends. For
 * the same reason a change waits for a read behind a long-lived response only while that read can write without a connection.
 *
 * No request waits for one behind it, so each wait ends with the work before it, or with the connection. A client that reads a long
 * response slowly delays the changes behind it; a client that stops reading is cut after `http.consumerTimeout`.
 */
export class RequestOrder {
  readonly #connections = new WeakMap<Duplex, Turns>();

  /** Handles a request in its turn, after `previous`. @param start is not called if the connection closes before */
  add(previous: ServerResponse, res: ServerResponse, start: () => void): void {
    const { socket } = res.req;
    const turns: Turns = this.#connections.get(socket) ?? new Set();
    this.#connections.set(socket, turns);
    if (turns.size === 0) enter(turns, { res: previous, start: undefined });
    enter(turns, { res, start });
    advance(turns);
  }
}

function enter(turns: Turns, turn: Turn): void {
  turns.add(turn);
  const look = (): void => process.nextTick(advance, turns);
  turn.res.on(PROGRESS_EVENT, look);
  onResponseEnd(turn.res, look);
}

/** Starts each request whose turn has come, and forgets what has ended. */
function advance(turns: Turns): void {
  let isReadPending = false;
  let isBehindLongLived = false;
  for (const turn of turns) {
    const { res } = turn;
    const isChange = !SAFE.has(res.req.method);
    if (turn.start !== undefined && isChange && isReadPending) return;
    begin(turn);
    if (res.writableEnded || res.destroyed) turns.delete(turn);
    else if (isChange) return;
    else if (isLongLived(res)) isBehindLongLived = true;
    else if (!(isBehindLongLived && isFull(res))) isReadPending = true;
  }
}

function begin(turn: Turn): void {
  const { res, start } = turn;
  turn.start = undefined;
  if (!res.req.socket.destroyed && !res.destroyed) start?.();
}

/** It can write no more before its turn on the connection comes. */
function isFull(res: ServerResponse): boolean {
  return res.socket === null && res.writableNeedDrain;
}
