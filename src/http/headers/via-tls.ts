import type { IncomingMessage } from 'node:http';

/** Whether the client uses TLS, by the header of its first proxy. A client that forges it gets URLs and cookies that it cannot use. */
export function isViaTls({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return /^https *(?:,|$)/i.test(String(headers['x-forwarded-proto'] ?? '').trim());
}
