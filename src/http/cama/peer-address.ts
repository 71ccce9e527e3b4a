import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';
import { isLoopback } from '../../config/loopback';

/** An address in the one form in which it is compared. `undefined` for what is none. */
export function parseAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '');
  if (bare === 'localhost') return '127.0.0.1';
  if (isIP(bare) === 4) return bare;
  if (isIP(bare) !== 6) return undefined;
  // The canonical form of an IPv6 address: its zeros and its case are spelled in many ways.
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** Whether a client is the permitted one. One machine reaches itself by several addresses. */
export function isSameAddress(permitted: string, client: string): boolean {
  return permitted === client || (isLoopback(permitted) && isLoopback(client));
}

/** @param trustsProxy whether the last entry of X-Forwarded-For was written by a proxy of one's own */
export function clientAddress(req: IncomingMessage, trustsProxy: boolean): string | undefined {
  const forwarded = trustsProxy ? req.headers['x-forwarded-for'] : undefined;
  const last = forwarded === undefined ? undefined : String(forwarded).split(',').at(-1);
  return parseAddress(last ?? req.socket.remoteAddress ?? '');
}
