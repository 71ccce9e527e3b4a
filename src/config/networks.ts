import { isIP } from 'node:net';
import { listOf } from './derived-checks';
import { InvalidValue } from './option';

const PROBLEM = 'must be a list of IP addresses and networks such as [127.0.0.1, 10.0.0.0/8, "fd00::/8"]';
const ITEM_PROBLEM = 'must be an IP address or a network such as 10.0.0.0/8 or "fd00::/8"';

/** Accepts a list of IP addresses and of networks in CIDR notation. */
export const networkList = listOf(PROBLEM, parseNetwork);

function parseNetwork(raw: unknown, path: string): string {
  const [, address = '', , bits] = typeof raw === 'string' ? (/^([^/]*)(\/(\d{1,3}))?$/.exec(raw) ?? []) : [];
  const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bitsMax < 0 || Number(bits ?? 0) > bitsMax || address.includes('%'))
    throw new InvalidValue(ITEM_PROBLEM, path);
  // The addresses of clients are compared in this form.
  if (/^::ffff:/i.test(address))
    throw new InvalidValue('must have an IPv4 network in the form of IPv4', path);
  return bits === undefined ? address : `${address}/${bits}`;
}
