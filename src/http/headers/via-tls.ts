import type { IncomingMessage } from 'node:http';

/**
 * Whether the client speaks TLS, as the proxy in front says. Of several proxies the first one knows: `https, http`. A client that says it
 * without a proxy only gets URLs and cookies that it cannot use.
 */
export function isViaTls({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return /^https *(?:,|$)/i.test(String(headers['x-forwarded-proto'] ?? '').trim());
}
