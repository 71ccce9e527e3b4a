import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client, InFlightPacket } from '../../relay/packets/store/packet-store';
import { readWholeBody } from '../body/whole-body';
import { RequestError } from '../errors/request-error';
import type { RelayRequest } from '../front/relay-system';
import { confirmAnswerRead, wasAnswerRead } from './answer-read';
import { noUpstream } from './login';
import type { PacketWireContext } from './packet-context';
import { packetRequestHeaders, packetResponseHeaders } from './packet-headers';

/** A client that takes longer to read its packet is cut, and the packet is requeued. */
const READING_MS_MAX = 60_000;

/** `POST /`: sends the packet in the body, if there is one, and returns the oldest that waits for the client. */
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
  if (body.length > 0)
    await sendPacket({ req, wire, client, packet: { headers, body } }, { ms: rest(), signal });
  const inFlight = await proxy.receive(client, { ms: rest(), signal, toleratesOutage: body.length > 0 });
  if (inFlight === undefined) return answerEmpty(res);
  const delivered = packetResponseHeaders(inFlight.packet.headers, isMounted);
  await proxy.settle(inFlight, await answerPacket(res, inFlight, delivered));
}

/** @throws RequestError, before the body is read */
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

interface SentPacket {
  readonly req: IncomingMessage;
  readonly wire: PacketWireContext;
  readonly client: Client;
  readonly packet: { readonly headers: readonly string[]; readonly body: Buffer };
}

/** @throws RequestError if the packet is not stored: the client may send it again */
async function sendPacket(
  { req, wire: { proxy }, client, packet }: SentPacket,
  waiting: { ms: number; signal: AbortSignal },
): Promise<void> {
  // The specification uses both names.
  const to = String(req.headers['to'] || req.headers['debug'] || '');
  if (to !== '') return proxy.sendToClient(client, to, packet);
  if (!proxy.hasUpstreams) throw noUpstream();
  if ((await proxy.send(client, packet, waiting)) === 'full') {
    throw new RequestError('TOO_MANY_WAITING', 'Too many packets wait for the upstream');
  }
}

function answerEmpty(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Length': 0, More: '0', 'Cache-Control': 'no-store' });
  res.end();
}

/** Finds out whether the whole response has reached the client, as far as that is possible. */
function answerPacket(
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
      if (!res.writableFinished) resolve('lost');
    });
    const own = ['Content-Type', 'application/octet-stream', 'Content-Length', String(packet.body.length)];
    const from = packet.from === undefined ? [] : ['From', packet.from];
    res.writeHead(200, [...headers, ...own, ...from, 'More', String(remaining), 'Cache-Control', 'no-store']);
    res.end(packet.body);
  });
}
