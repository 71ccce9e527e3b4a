import { isIP, SocketAddress } from 'node:net';

/** An IP address in its canonical form, for comparison: one of IPv4 is never written as IPv6. `undefined` if it is not one. */
export function canonicalAddress(text: string): string | undefined {
  // Nearly every request comes from such an address, and each one needs it.
  if (isIP(text) === 4) return text;
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '');
  if (isIP(bare) === 4) return bare;
  if (isIP(bare) !== 6) return undefined;
  // An IPv6 address may be written in many ways.
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** The address of a node as proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`. */
export function addressOfNode(text: string): string | undefined {
  const [, bracketed, dotted] = /^\s*(?:(\[[^\]]*\])|([\d.]+))(?::\w{1,16})?\s*$/.exec(text) ?? [];
  return canonicalAddress(bracketed ?? dotted ?? text);
}
