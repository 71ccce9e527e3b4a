import type { IncomingMessage } from 'node:http';

/**
 * Whether the client uses TLS, by the header of the proxy in front. The first of several proxies counts: `https, http`. If a client sends
 * the header without a proxy, it only gets URLs and cookies that it cannot use.
 */
export function isViaTls({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return /^https *(?:,|$)/i.test(String(headers['x-forwarded-proto'] ?? '').trim());
}
