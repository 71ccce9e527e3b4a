import type { Credentials } from '../../relay/packets/log-in-client';
import { readWholeBody } from '../body/whole-body';
import { RequestError } from '../errors/request-error';
import type { RelayRequest } from '../front/relay-system';
import type { PacketWireContext } from './packet-context';
import { packetRequestHeaders, packetResponseHeaders } from './packet-headers';

/** `POST /auth` and `POST /register`: the upstream gives the client a name and a token. */
export async function handleLogin(
  { req, res, isMounted }: RelayRequest,
  { proxy, settings, waiting, body: limits }: PacketWireContext,
  type: Credentials['type'],
): Promise<void> {
  if (!proxy.hasUpstreams) throw noUpstream();
  const headers = packetRequestHeaders(req, settings);
  const permissions = String(req.headers['permissions'] ?? '');
  waiting.add(res);
  const body = await readWholeBody(req, res, limits);
  const login = await proxy.logIn({ type, permissions, headers, body });
  if (login.kind !== 'answered') throw refusal(login.kind);
  const own = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(login.body.length)];
  res.writeHead(login.status, [
    ...packetResponseHeaders(login.headers, isMounted),
    ...own,
    'Cache-Control',
    'no-store',
  ]);
  res.end(login.body);
}

export function noUpstream(): RequestError {
  return new RequestError('UPSTREAM_MISSING', 'This packet proxy has no upstream: set packets.upstreams');
}

function refusal(kind: 'unreachable' | 'senseless' | 'full'): RequestError {
  switch (kind) {
    case 'unreachable':
      return new RequestError('UPSTREAM_UNREACHABLE', 'No upstream can be reached');
    case 'senseless':
      return new RequestError('UPSTREAM_SENSELESS', 'The upstream gave the client no name or no token');
    case 'full':
      return new RequestError('TOO_MANY_WAITING', 'There are too many clients');
  }
}
