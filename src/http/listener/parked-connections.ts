import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { returnToHttp, takeFromHttp } from '../../node-internals/parked-connection';
import { isLongLived, PROGRESS_EVENT } from '../live/long-lived';

/** Parking a connection and returning it takes 50 to 100 µs of CPU: too much for a response that soon ends. */
const PARK_AFTER_MS = 50;

/**
 * Parks the connections of live responses: frees the parser and the request that Node keeps for each, half of the memory of a tail.
 *
 * WATCHED  the response may become long-lived. 50 to 100 ms after that its connection is parked, if no other response waits behind it.
 * PARKED   the response writes to its connection as before. The connection is returned to Node as soon as the response ends or has to
 *          wait for a drain, or the client sends something or closes its side.
 * RETURNED as before parking, and parked again at one of the next looks.
 */
export class ParkedConnections {
  /** Responses that have become long-lived since the last sweep. */
  #fresh = new Set<ServerResponse>();
  /** Those that are parked at the next sweep. */
  #ripe = new Set<ServerResponse>();
  /** Those that are tried again at the next look: they could not be parked, or were returned. */
  #later = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;
  readonly #onProgress: (this: ServerResponse) => void;
  readonly #onEnding: (this: ServerResponse) => void;
  readonly #onData: (this: Socket, bytes: Buffer) => void;
  readonly #onEnd: (this: Socket) => void;
  readonly #onDrain: (this: Socket) => void;
  readonly #onError: (this: Socket, error: Error) => void;

  /** @param latestOf the latest response on a connection */
  constructor(
    private readonly server: Server,
    private readonly latestOf: (socket: Socket) => ServerResponse | undefined,
  ) {
    const connections = this;
    // Shared by all connections: a closure per connection would take memory again.
    this.#onProgress = function () {
      if (isLongLived(this)) connections.#add(this);
    };
    this.#onEnding = function () {
      if (this.socket?.destroyed === false) connections.#return(this.socket, this);
    };
    this.#onData = function (bytes) {
      connections.#wake(this, bytes);
    };
    this.#onEnd = function () {
      connections.#wake(this);
      this.emit('end');
    };
    this.#onDrain = function () {
      if (latestOf(this)?.writableNeedDrain !== true) return;
      connections.#wake(this);
      this.emit('drain');
    };
    this.#onError = function (error) {
      server.emit('clientError', error, this);
    };
  }

  /** Parks the connection of a response once that is long-lived. Call it when the request comes. */
  watch(res: ServerResponse): void {
    res.on(PROGRESS_EVENT, this.#onProgress);
  }

  /** Tries again to park connections. Call it every now and then. */
  look(): void {
    const later = this.#later;
    this.#later = new Set();
    for (const res of later) this.#park(res);
  }

  #add(res: ServerResponse): void {
    this.#fresh.add(res);
    this.#timer ??= setTimeout(() => this.#sweep(), PARK_AFTER_MS).unref();
  }

  #sweep(): void {
    const ripe = this.#ripe;
    this.#ripe = this.#fresh;
    this.#fresh = new Set();
    for (const res of ripe) this.#park(res);
    for (const res of this.#ripe) readToEnd(res);
    this.#timer = this.#ripe.size === 0 ? undefined : setTimeout(() => this.#sweep(), PARK_AFTER_MS).unref();
  }

  #park(res: ServerResponse): void {
    const { socket } = res;
    if (res.writableEnded || res.closed) return;
    if (socket === null || this.latestOf(socket) !== res || !takeFromHttp(socket, res)) {
      this.#later.add(res);
      return;
    }
    res.on('prefinish', this.#onEnding);
    socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('drain', this.#onDrain)
      .on('error', this.#onError);
  }

  #wake(socket: Socket, bytes?: Buffer): void {
    const res = this.latestOf(socket);
    if (res === undefined) return;
    this.#return(socket, res, bytes);
    readToEnd(res);
    this.#later.add(res);
  }

  #return(socket: Socket, res: ServerResponse, bytes?: Buffer): void {
    res.off('prefinish', this.#onEnding);
    socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('drain', this.#onDrain)
      .off('error', this.#onError);
    returnToHttp(this.server, socket, res, bytes);
  }
}

/** A request can be freed once its end was read, and no handler of a GET reads that far. */
function readToEnd({ req }: ServerResponse): void {
  if (req.complete) req.resume();
}
