import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';
import { isLoopback } from '../../config/loopback';

/** An address in its canonical form, for comparison. `undefined` if it is not one. */
export function parsePeerAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '');
  if (bare === 'localhost') return '127.0.0.1';
  if (isIP(bare) === 4) return bare;
  if (isIP(bare) !== 6) return undefined;
  // An IPv6 address may be written in many ways.
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** Whether a client is the permitted one. All loopback addresses are one machine. */
export function isSameAddress(permitted: string, client: string): boolean {
  return permitted === client || (isLoopback(permitted) && isLoopback(client));
}

/** @param trustsProxy whether the last entry of X-Forwarded-For was written by the operator's proxy */
export function clientAddress(req: IncomingMessage, trustsProxy: boolean): string | undefined {
  const forwarded = trustsProxy ? req.headers['x-forwarded-for'] : undefined;
  const last = forwarded === undefined ? undefined : String(forwarded).split(',').at(-1);
  return parsePeerAddress(last ?? req.socket.remoteAddress ?? '');
}
