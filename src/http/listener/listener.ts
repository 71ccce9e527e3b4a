import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../../config/config';
import { destroySoonAsNode, replaceDestroySoon } from '../../node-internals/destroy-soon';
import { keepHalfOpen } from '../../node-internals/half-open-server';
import { boundRestOfBody } from '../body/rest-of-body';
import { noteCut } from '../errors/cut';
import { ParkedConnections } from './parked-connections';
import { PipelinedResponses } from './pipelined-responses';
import { refuseConnect, refuseMalformed } from './refuse-malformed';
import { RequestOrder } from './request-order';
import { serverOptions } from './server-options';

/** How often connections are checked whose clients may have left. */
const LOOK_EVERY_MS = 2_000;

/** After so many looks without a byte sent, a consumer that has closed its side counts as left. */
const HALF_CLOSED_LOOKS = 1;

/** Connections that wait to be accepted; the kernel lowers it to net.core.somaxconn. With Node's 511 a rush of tails is dropped. */
const BACKLOG = 4_096;

/** At a stop: how long a connection may take for its first request, which may be on its way. */
const FIRST_REQUEST_MS = 100;

/** A connection whose client may have left, at the last look. */
interface Silence {
  readonly bytesWritten: number;
  /** For how many looks nothing was sent. */
  readonly looks: number;
}

/** What a listener reports of connections that no request handler sees. */
export interface ListenerReports {
  /** A connection was closed because there are too many. */
  readonly dropped: () => void;
  /** Input that is not a request was answered. */
  readonly refused: (refusal: { readonly status: number; readonly code: string }) => void;
}

/** The HTTP server of one port: its sockets, timeouts and malformed requests, and a stop in good order. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The latest response on each connection. */
  readonly #latest = new WeakMap<Duplex, ServerResponse>();
  readonly #pipelined = new PipelinedResponses();
  readonly #order = new RequestOrder();
  readonly #parked: ParkedConnections;
  /** Connections on which something came that is no request. */
  readonly #refused = new WeakSet<Duplex>();
  readonly #destroySoon = destroySoonAfterBody(this.#latest);
  #silences = new Map<Socket, Silence>();
  /** After so many looks without a byte sent, a connection that is not read counts as left. */
  readonly #unreadLooks: number;
  #looking: NodeJS.Timeout | undefined;
  #isStopping = false;
  /** How many connections are open before more are closed here. Node counts if this is not set. */
  #connectionsMax = Number.POSITIVE_INFINITY;

  constructor(
    private readonly handle: RequestListener,
    config: Pick<Config, 'http' | 'limits' | 'workers'>,
    private readonly report: ListenerReports,
  ) {
    this.#unreadLooks = Math.ceil(config.http.consumerTimeout / LOOK_EVERY_MS);
    const onRequest: RequestListener = (req, res) => this.#onRequest(req, res);
    this.#server = createServer(serverOptions(config), onRequest)
      // The handler sends 100 Continue, once it has accepted the request.
      .on('checkContinue', onRequest)
      .on('checkExpectation', onRequest)
      .on('clientError', (error, socket) => this.#onClientError(error, socket))
      // Node would cut the connection.
      .on('connect', (_req, socket) => refuseConnect(socket, this.#latest.get(socket), report.refused))
      .on('connection', (socket) => this.#accept(socket))
      .on('drop', () => report.dropped());
    // `headerBytes` bounds the head. By default Node drops headers after the thousandth, and every check of them with it.
    this.#server.maxHeadersCount = 0;
    const { connections } = config.limits;
    // If Node counts, a full worker gives the connection back to the primary, which offers it forever when all are full.
    if (config.workers === 1) this.#server.maxConnections = connections;
    else this.#connectionsMax = connections;
    keepHalfOpen(this.#server);
    this.#parked = new ParkedConnections(this.#server, (socket) => this.#latest.get(socket));
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** @throws the error of `listen`, with a code such as `EADDRINUSE` */
  async listen(port: number, host: string): Promise<AddressInfo> {
    this.#server.listen({ port, host, backlog: BACKLOG });
    await once(this.#server, 'listening');
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no TCP address');
    return address;
  }

  /** Refuses new connections and resolves once each has closed after its response. Node's own method leaves those without a request. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) {
      const response = this.#unfinished(socket);
      if (response !== undefined) this.#closeAfter(socket, response);
      else if (this.#latest.has(socket)) socket.destroySoon();
    }
    const late = setTimeout(() => this.#closeUnused(), FIRST_REQUEST_MS);
    await closed;
    clearTimeout(late);
    clearInterval(this.#looking);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #onRequest(req: IncomingMessage, res: ServerResponse): void {
    // A head that took too long may still become a request.
    if (this.#refused.has(req.socket)) return;
    // It was parked, and goes on.
    if (this.#latest.get(req.socket) === res) return;
    boundRestOfBody(req, res);
    // Without a socket it is behind another response.
    const previous = res.socket === null ? this.#unfinished(req.socket) : undefined;
    this.#latest.set(req.socket, res);
    this.#pipelined.add(req.socket, res, previous);
    this.#parked.watch(res);
    if (this.#isStopping) this.#closeAfter(req.socket, res);
    if (previous === undefined) this.handle(req, res);
    else this.#order.add(previous, res, () => this.handle(req, res));
  }

  #onClientError(error: Error, socket: Duplex): void {
    // Node reports the same again for all that still comes.
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    refuseMalformed(error, socket, this.#latest.get(socket), this.report.refused);
  }

  #accept(socket: Socket): void {
    // It was parked.
    if (this.#sockets.has(socket)) return;
    if (this.#sockets.size >= this.#connectionsMax) {
      socket.destroy();
      this.report.dropped();
      return;
    }
    this.#sockets.add(socket);
    replaceDestroySoon(socket, this.#destroySoon);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#pipelined.close(socket);
    });
  }

  #closeUnused(): void {
    for (const socket of this.#sockets) if (!this.#latest.has(socket)) socket.destroySoon();
  }

  #unfinished(socket: Duplex): ServerResponse | undefined {
    const response = this.#latest.get(socket);
    return response?.closed === false ? response : undefined;
  }

  #closeAfter(socket: Socket, response: ServerResponse): void {
    response.shouldKeepAlive = false;
    response.once('close', () => {
      if (this.#latest.get(socket) === response) socket.destroySoon();
    });
  }

  /** One look at all connections is cheaper than a listener on each. */
  #look(): void {
    this.#parked.look();
    const before = this.#silences;
    this.#silences = new Map();
    for (const socket of this.#sockets) {
      const looksMax = this.#silentLooksMax(socket);
      if (looksMax === undefined) continue;
      const { bytesWritten } = socket;
      const last = before.get(socket);
      const looks = last?.bytesWritten === bytesWritten ? last.looks + 1 : 0;
      if (looks >= looksMax) this.#cutSilent(socket);
      else this.#silences.set(socket, { bytesWritten, looks });
    }
  }

  /** A consumer that has closed its side has left by itself. */
  #cutSilent(socket: Socket): void {
    const response = this.#pipelined.front(socket) ?? this.#unfinished(socket);
    if (response !== undefined && !socket.readableEnded) noteCut(response, 'stalled');
    socket.destroy();
  }

  /**
   * A consumer that closes its side may still read its response. Most likely it has left: at the tail of a quiet stream its connection
   * would stay until the next byte, because its kernel acknowledges probes for a while. So it stays as long as bytes are sent to it. A
   * connection that is not read, because many requests wait there, does not show whether its client has left.
   *
   * @returns for how many looks nothing may be sent; `undefined` if the client is seen to be connected
   */
  #silentLooksMax(socket: Socket): number | undefined {
    if (socket.readableEnded && this.#isConsumed(socket)) return HALF_CLOSED_LOOKS;
    return this.#pipelined.isFull(socket) ? this.#unreadLooks : undefined;
  }

  #isConsumed(socket: Socket): boolean {
    const response = this.#pipelined.front(socket) ?? this.#unfinished(socket);
    return response !== undefined && (response.req.method === 'GET' || response.req.method === 'HEAD');
  }
}

/**
 * Node calls `destroySoon` after a response with `Connection: close`. While the request still arrives, the returned one closes only this
 * side: closing a socket on unread bytes resets the connection, and the client may never get the response. `boundRestOfBody` bounds what
 * still arrives.
 */
function destroySoonAfterBody(latest: WeakMap<Duplex, ServerResponse>): (this: Socket) => void {
  return function (): void {
    const req = latest.get(this)?.req;
    if (req === undefined || req.complete) destroySoonAsNode(this);
    else if (!this.writableEnded) {
      req.once('end', () => this.destroySoon());
      this.end();
    }
  };
}
