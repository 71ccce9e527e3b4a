import type { IncomingMessage } from 'node:http';
import { forwardedHeaders } from '../../relay/packets/upstream/forwarded-headers';
import { RequestError } from '../errors/request-error';
import { actsOnOrigin } from '../headers/acts-on-origin';
import type { PacketWireContext } from './packet-context';

type Settings = PacketWireContext['settings'];

/** The headers that travel with a client's packet. @throws RequestError `HEADERS_TOO_LARGE` */
export function packetRequestHeaders(req: IncomingMessage, { headerBytes }: Settings): readonly string[] {
  const headers = forwardedHeaders(req.rawHeaders);
  const bytes = headers.reduce((sum, text) => sum + text.length, 0);
  if (bytes <= headerBytes) return headers;
  throw new RequestError('HEADERS_TOO_LARGE', `The X- headers of a packet may have ${headerBytes} bytes`);
}

/** A packet's headers for its client: name, value, … On the main port, those that act on the whole server are left out. */
export function packetResponseHeaders(headers: readonly string[], isMounted: boolean): readonly string[] {
  if (!isMounted) return headers;
  return headers.filter((_text, index) => !actsOnOrigin(headers[index - (index % 2)] ?? ''));
}
