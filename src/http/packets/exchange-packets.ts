import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client, InFlightPacket } from '../../relay/packets/store/packet-store';
import { readWholeBody } from '../body/whole-body';
import { RequestError } from '../errors/request-error';
import type { RelayRequest } from '../front/relay-system';
import { confirmAnswerRead, wasAnswerRead } from './answer-read';
import { noUpstream } from './login';
import type { PacketWireContext } from './packet-context';
import { packetRequestHeaders } from './request-headers';
import { packetResponseHeaders } from './response-headers';

/** A client that takes longer to read its packet is cut, and the packet waits for it again. */
const READING_MS_MAX = 60_000;

/** `POST /`: brings a packet, if the body holds one, and fetches the oldest that waits for the client. */
export async function exchangePackets(
  { req, res, isMounted }: RelayRequest,
  wire: PacketWireContext,
): Promise<void> {
  const { proxy, settings, waiting } = wire;
  const started = performance.now();
  confirmAnswerRead(req.socket);
  const client = await clientOf(req, wire);
  const headers = packetRequestHeaders(req, settings);
  const signal = waiting.add(res);
  const body = await readWholeBody(req, res, wire.body);
  const rest = (): number => Math.max(0, settings.longPoll - (performance.now() - started));
  if (body.length > 0) await bring({ req, wire, client, packet: { headers, body } }, { ms: rest(), signal });
  const taken = await proxy.receive(client, { ms: rest(), signal, toleratesOutage: body.length > 0 });
  if (taken === undefined) return answerWithout(res);
  const delivered = packetResponseHeaders(taken.packet.headers, isMounted);
  await proxy.settle(taken, await answerWith(res, taken, delivered));
}

/** @throws RequestError: a wrong token is told at once, before anything is read */
async function clientOf(req: IncomingMessage, { proxy }: PacketWireContext): Promise<Client> {
  const [, token] = /^bearer +(.+)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    throw new RequestError('UNAUTHENTICATED', 'A token is needed: Authorization: Bearer <token>', {
      'WWW-Authenticate': 'Bearer realm="packets"',
    });
  }
  const client = await proxy.identify(Buffer.from(token, 'latin1'));
  if (client !== undefined) return client;
  throw new RequestError('TOKEN_INVALID', 'The token is not valid, or not any more', {
    'WWW-Authenticate': 'Bearer realm="packets", error="invalid_token"',
  });
}

interface Brought {
  readonly req: IncomingMessage;
  readonly wire: PacketWireContext;
  readonly client: Client;
  readonly packet: { readonly headers: readonly string[]; readonly body: Buffer };
}

/** @throws RequestError when the packet is not kept: then the client may bring it again */
async function bring(
  { req, wire: { proxy }, client, packet }: Brought,
  waiting: { ms: number; signal: AbortSignal },
): Promise<void> {
  // `Debug` is how one part of the document calls it, `To` the other.
  const to = String(req.headers['to'] || req.headers['debug'] || '');
  if (to !== '') return proxy.sendToClient(client, to, packet);
  if (!proxy.hasUpstreams) throw noUpstream();
  if ((await proxy.send(client, packet, waiting)) === 'full') {
    throw new RequestError('TOO_MANY_WAITING', 'Too many packets wait for the upstream');
  }
}

function answerWithout(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Length': 0, More: '0', 'Cache-Control': 'no-store' });
  res.end();
}

/** Resolves when the client has the whole answer, as far as that can be known, or never will have. */
function answerWith(
  res: ServerResponse,
  { packet, remaining }: InFlightPacket,
  headers: readonly string[],
): Promise<'arrived' | 'lost'> {
  const { socket } = res.req;
  if (res.closed || !socket.writable) return Promise.resolve('lost');
  return new Promise((resolve) => {
    const timer = setTimeout(() => res.destroy(), READING_MS_MAX);
    res.once('finish', () => resolve(wasAnswerRead(socket)));
    res.once('close', () => {
      clearTimeout(timer);
      // After `finish` it says nothing any more.
      if (!res.writableFinished) resolve('lost');
    });
    const own = ['Content-Type', 'application/octet-stream', 'Content-Length', String(packet.body.length)];
    const from = packet.from === undefined ? [] : ['From', packet.from];
    res.writeHead(200, [...headers, ...own, ...from, 'More', String(remaining), 'Cache-Control', 'no-store']);
    res.end(packet.body);
  });
}
