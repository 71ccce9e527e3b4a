import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../../config/config';
import { boundRestOfBody } from '../body/rest-of-body';
import { PipelinedResponses } from './pipelined-responses';
import { refuseConnect, refuseMalformed } from './refuse-malformed';
import { RequestOrder } from './request-order';

/** How often the connections are looked at whose clients may have left. */
const LOOK_EVERY_MS = 2_000;

/** After so many looks without a byte sent, a consumer that has closed its side counts as left. */
const HALF_CLOSED_LOOKS = 1;

/** How often Node looks for heads that take too long. Its default of 30 s would let them take twice the time allowed. */
const HEADS_CHECKED_EVERY_MS = 1_000;

/** A peer that lost its power says nothing: after so long without a packet the kernel asks. */
const PROBE_AFTER_MS = 30_000;

/** Connections that wait to be accepted; the kernel lowers it to net.core.somaxconn. With Node's 511 a rush of tails is dropped. */
const BACKLOG = 4_096;

/** At a stop: how long a connection that has sent nothing yet may take for its first request, which may be on its way. Milliseconds. */
const FIRST_REQUEST_MS = 100;

/** What a connection whose client may have left was like at the last look. */
interface Silence {
  readonly bytesWritten: number;
  /** For how many looks it has been sent nothing. */
  readonly looks: number;
}

/** The HTTP server of this process: its sockets, timeouts and malformed requests, and a stop in good order. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The latest answer on each connection. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  #silences = new Map<Socket, Silence>();
  /** After so many looks without a byte sent, a connection that is not read counts as left. */
  readonly #unreadLooks: number;
  #looking: NodeJS.Timeout | undefined;
  readonly #queued = new PipelinedResponses();
  /** Connections on which something came that is no request. */
  readonly #refused = new WeakSet<Duplex>();
  readonly #order = new RequestOrder();
  /**
   * Node calls it after an answer with `Connection: close`. While the request still comes only this side closes, since closing a socket on
   * unread bytes resets the connection, and the client may never see the answer. `boundRestOfBody` bounds what comes.
   */
  readonly #destroySoon: (this: Socket) => void;
  #isStopping = false;
  /** How many are taken before more are closed here; Node counts where this is not set. */
  #connectionsMax = Number.POSITIVE_INFINITY;

  /** @param onDrop called for each connection that is closed because there are too many */
  constructor(
    handle: RequestListener,
    config: Pick<Config, 'http' | 'limits' | 'workers'>,
    private readonly onDrop: () => void,
  ) {
    const answers = this.#answers;
    this.#destroySoon = function (): void {
      const req = answers.get(this)?.req;
      if (req === undefined || req.complete) Socket.prototype.destroySoon.call(this);
      else if (!this.writableEnded) {
        req.once('end', () => this.destroySoon());
        this.end();
      }
    };
    const onRequest: RequestListener = (req, res) => {
      // Only what took too long can still become a request.
      if (this.#refused.has(req.socket)) return;
      boundRestOfBody(req, res);
      // Without a socket it is behind another answer.
      const previous = res.socket === null ? this.#unfinished(req.socket) : undefined;
      this.#keep(req.socket, res, previous);
      if (previous === undefined) handle(req, res);
      else this.#order.add(previous, res, () => handle(req, res));
    };
    this.#unreadLooks = Math.ceil(config.http.consumerTimeout / LOOK_EVERY_MS);
    const options = {
      // A body may take hours. Node's own limit would count the whole request, and cut uploads after five minutes.
      requestTimeout: 0,
      headersTimeout: config.http.headersTimeout,
      connectionsCheckingInterval: HEADS_CHECKED_EVERY_MS,
      keepAliveTimeout: config.http.keepAliveTimeout,
      maxHeaderSize: config.limits.headerBytes,
      // The front door refuses a request without a Host, with an error like any other.
      requireHostHeader: false,
      keepAlive: true,
      keepAliveInitialDelay: PROBE_AFTER_MS,
      noDelay: true,
    };
    this.#server = createServer(options, onRequest)
      // The handler itself tells the client to go on, once nothing speaks against its request.
      .on('checkContinue', onRequest)
      .on('checkExpectation', onRequest)
      .on('clientError', (error, socket) => {
        // Node reports the same again for all that still comes.
        if (this.#refused.has(socket)) return;
        this.#refused.add(socket);
        refuseMalformed(error, socket, this.#answers.get(socket));
      })
      // Node would cut the connection.
      .on('connect', (_req, socket) => refuseConnect(socket, this.#answers.get(socket)))
      .on('connection', (socket) => this.#accept(socket))
      .on('drop', onDrop);
    // `headerBytes` bounds the head. By default Node drops headers after the thousandth, and every check of them with it.
    this.#server.maxHeadersCount = 0;
    const { connections } = config.limits;
    // Node's own way has a full worker give the connection back to the primary, which would offer it for ever when all are full.
    if (config.workers === 1) this.#server.maxConnections = connections;
    else this.#connectionsMax = connections;
    // Undocumented. Without it a client that closes its side after its body (`nc -N`) never gets its answer.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
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

  /**
   * Accepts no more connections and closes each one as soon as it has its answer; one that has just come may still ask. Resolves when all
   * are closed.
   *
   * Node's own `closeIdleConnections` leaves those that never sent a request.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) {
      const answer = this.#unfinished(socket);
      if (answer !== undefined) this.#closeAfter(socket, answer);
      else if (this.#answers.has(socket)) socket.destroySoon();
    }
    const late = setTimeout(() => this.#closeUnused(), FIRST_REQUEST_MS);
    await closed;
    clearTimeout(late);
    clearInterval(this.#looking);
  }

  /** Cuts all connections, whatever is going on there. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= this.#connectionsMax) {
      socket.destroy();
      this.onDrop();
      return;
    }
    this.#sockets.add(socket);
    socket.destroySoon = this.#destroySoon;
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#queued.close(socket);
    });
  }

  #keep(socket: Socket, answer: ServerResponse, previous: ServerResponse | undefined): void {
    this.#answers.set(socket, answer);
    this.#queued.add(socket, answer, previous);
    if (this.#isStopping) this.#closeAfter(socket, answer);
  }

  #closeUnused(): void {
    for (const socket of this.#sockets) if (!this.#answers.has(socket)) socket.destroySoon();
  }

  #unfinished(socket: Duplex): ServerResponse | undefined {
    const answer = this.#answers.get(socket);
    return answer?.closed === false ? answer : undefined;
  }

  #closeAfter(socket: Socket, answer: ServerResponse): void {
    answer.shouldKeepAlive = false;
    answer.once('close', () => {
      if (this.#answers.get(socket) === answer) socket.destroySoon();
    });
  }

  /** One look at all connections is cheaper than a listener on each. */
  #look(): void {
    const before = this.#silences;
    this.#silences = new Map();
    for (const socket of this.#sockets) {
      const looksMax = this.#silentLooksMax(socket);
      if (looksMax === undefined) continue;
      const { bytesWritten } = socket;
      const last = before.get(socket);
      const looks = last?.bytesWritten === bytesWritten ? last.looks + 1 : 0;
      if (looks >= looksMax) socket.destroy();
      else this.#silences.set(socket, { bytesWritten, looks });
    }
  }

  /**
   * A consumer that closes its side may still read its answer. Most likely it has left: one that stands at the tail of a quiet
   * stream would be kept until the next byte comes, as its kernel goes on to acknowledge probes for a while. So it stays as long
   * as it is being sent something. A connection that is not read because many requests wait there shows nothing of its client.
   *
   * @returns for how many looks the connection may be sent nothing; `undefined` if its client is seen to be there
   */
  #silentLooksMax(socket: Socket): number | undefined {
    if (socket.readableEnded && this.#isConsumed(socket)) return HALF_CLOSED_LOOKS;
    return this.#queued.isFull(socket) ? this.#unreadLooks : undefined;
  }

  #isConsumed(socket: Socket): boolean {
    const answer = this.#queued.front(socket) ?? this.#unfinished(socket);
    return answer !== undefined && isConsumer(answer);
  }
}

function isConsumer(answer: ServerResponse): boolean {
  return answer.req.method === 'GET' || answer.req.method === 'HEAD';
}
