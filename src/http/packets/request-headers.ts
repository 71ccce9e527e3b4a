import type { IncomingMessage } from 'node:http';
import { forwardedHeaders } from '../../relay/packets/upstream/forwarded-headers';
import { RequestError } from '../errors/request-error';
import type { PacketWireContext } from './packet-context';

type Settings = PacketWireContext['settings'];

/** The headers that travel with a client's packet. @throws RequestError `HEADERS_TOO_LARGE` */
export function packetRequestHeaders(req: IncomingMessage, { headerBytes }: Settings): readonly string[] {
  const headers = forwardedHeaders(req.rawHeaders);
  const bytes = headers.reduce((sum, text) => sum + text.length, 0);
  if (bytes <= headerBytes) return headers;
  throw new RequestError('HEADERS_TOO_LARGE', `The X- headers of a packet may have ${headerBytes} bytes`);
}
