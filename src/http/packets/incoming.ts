import type { IncomingMessage, ServerResponse } from 'node:http';
import { carriedHeaders } from '../../relay/mailbox/carried-headers';
import { continueIfExpected } from '../continue-if-expected';
import { RequestError } from '../request-error';
import type { PacketWire } from './wire';

type Settings = PacketWire['settings'];

/** The headers that are to travel with what a client sends. @throws RequestError `HEADERS_TOO_LARGE` */
export function headersToCarry(req: IncomingMessage, { headerBytes }: Settings): readonly string[] {
  const headers = carriedHeaders(req.rawHeaders);
  const bytes = headers.reduce((sum, text) => sum + text.length, 0);
  if (bytes <= headerBytes) return headers;
  throw new RequestError('HEADERS_TOO_LARGE', `The X- headers of a packet may have ${headerBytes} bytes`);
}

/**
 * The whole body of a request, which the client is told to send now if it has asked.
 * @throws RequestError `BODY_TOO_LARGE`; the connection's error when it breaks off or takes longer than `timeout`
 */
export async function wholeBody(
  req: IncomingMessage,
  res: ServerResponse,
  { packetBytes, timeout }: Settings,
): Promise<Buffer> {
  const tooLarge = (): RequestError =>
    new RequestError('BODY_TOO_LARGE', `A packet may have ${packetBytes} bytes`);
  if (Number(req.headers['content-length'] ?? 0) > packetBytes) throw tooLarge();
  continueIfExpected(req, res);
  const timer = setTimeout(() => req.destroy(), timeout);
  try {
    return await collect(req, packetBytes, tooLarge);
  } finally {
    clearTimeout(timer);
  }
}

/** Not `for await`: leaving that loop would destroy the request before it is answered. */
function collect(req: IncomingMessage, bytesMax: number, tooLarge: () => RequestError): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const add = (chunk: Buffer): void => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= bytesMax) return;
      req.off('data', add);
      reject(tooLarge());
    };
    req.on('data', add);
    req.once('end', () => resolve(Buffer.concat(chunks)));
    req.once('error', reject);
    req.once('close', () => reject(new RequestError('BAD_REQUEST', 'The body broke off')));
  });
}
