import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

type Listener = (...args: unknown[]) => void;

/** How many listeners a connection with one response has: those of node:http and node:net, and one of the server for 'close'. */
const LISTENERS: Readonly<Record<string, number>> = {
  data: 1,
  drain: 1,
  error: 1,
  timeout: 1,
  end: 2,
  close: 3,
};

/** Events of which a connection keeps listeners while it is parked. */
const KEPT = ['end', 'close'];

/** The listener of node:http for 'close', which frees the parser, and the one for 'end'. */
const ON_CLOSE = 'bound socketOnClose';
const ON_END = 'bound socketOnEnd';

/** What a new parser reads in place of the request whose response goes on. The second one lets no request follow. */
const KEEP_ALIVE = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
const CLOSE = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');

/** The request of every response whose connection is parked. */
const FREED = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', complete: true });

/** The response to the next request that node:http reads. */
let reused: ServerResponse | undefined;

/** A response that can get another request: node:http takes what the constructor returns. */
export class ReusableResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  constructor(...args: ConstructorParameters<typeof ServerResponse<R>>) {
    super(...args);
    const res = reused;
    reused = undefined;
    // biome-ignore lint/correctness/noConstructorReturn: node:http makes a response for each request, and this one exists already.
    if (res !== undefined) return Object.assign(res, { req: args[0] });
  }
}

/**
 * Frees what node:http keeps for a connection: the parser, the request, and the listeners that hold both. To node:http the connection has
 * closed. The response writes as before; the caller has to listen for 'data', 'end', 'drain' and 'error'.
 * @returns `false`, and nothing was done, if a part of a further request has come, if there are other listeners, or if the response is not
 *   one to a GET that goes on and can write
 */
export function takeFromHttp(socket: Socket, res: ServerResponse): boolean {
  const close = listenerNamed(socket, 'close', ON_CLOSE);
  const end = listenerNamed(socket, 'end', ON_END);
  if (close === undefined || end === undefined || !isParkable(socket, res)) return false;
  const kept = KEPT.flatMap((event) =>
    socket.listeners(event).map((listener) => ({ event, listener: listener as Listener })),
  );
  // All at once: what has lost its listeners one by one keeps a large table.
  socket.removeAllListeners();
  for (const { event, listener } of kept)
    if (listener !== close && listener !== end) socket.on(event, listener);
  res.removeAllListeners('finish');
  Object.assign(res, { req: FREED, _onPendingData: ignore });
  close();
  return true;
}

/** Returns a connection and its response to node:http. @param bytes that have come on it */
export function returnToHttp(server: Server, socket: Socket, res: ServerResponse, bytes?: Buffer): void {
  const request = res.shouldKeepAlive ? KEEP_ALIVE : CLOSE;
  res.detachSocket(socket);
  reused = res;
  server.emit('connection', socket);
  socket.emit('data', bytes === undefined ? request : Buffer.concat([request, bytes]));
  // If node:http has read no request, the next one on another connection must not get this response.
  reused = undefined;
}

function isParkable(socket: Socket, res: ServerResponse): boolean {
  const { req } = res;
  // node:http destroys the request, and with it a connection on which the request has not been read to its end.
  if (req.method !== 'GET' || !req.complete || !req.readableEnded) return false;
  if (res.socket !== socket || !res.headersSent || res.writableEnded || res.writableNeedDrain) return false;
  if (socket.destroyed || socket.readableEnded || socket.isPaused()) return false;
  const isAlone = Object.entries(LISTENERS).every(([event, count]) => socket.listenerCount(event) === count);
  return isAlone && res.listenerCount('finish') === 1 && isBetweenRequests(socket);
}

/** As node:http checks it when a client closes its side: a parser that has a part of a request returns an error, and can go on. */
function isBetweenRequests(socket: Socket): boolean {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser !== 'object' || parser === null || !('finish' in parser)) return false;
  return typeof parser.finish === 'function' && parser.finish() === undefined;
}

function listenerNamed(socket: Socket, event: string, name: string): Listener | undefined {
  return socket.listeners(event).find((listener) => listener.name === name) as Listener | undefined;
}

function ignore(): void {}
