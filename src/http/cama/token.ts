import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ID_BYTES = 18;

/** Unguessable, and with nothing in it that a path or a cookie would have to escape. */
export function newSecret(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether one of a request's cookies is the token: a client may send those of several sessions. */
export function presentsToken(req: IncomingMessage, tokenHash: string): boolean {
  const expected = Buffer.from(tokenHash);
  const cookies = (req.headers.cookie ?? '')
    .split(';')
    .map((cookie) => /^\s*token="?([^"]*)"?\s*$/.exec(cookie)?.[1]);
  return cookies.some(
    (token) => token !== undefined && timingSafeEqual(Buffer.from(hashOf(token)), expected),
  );
}

/** @param expiresAt unix milliseconds; rounded down, so that no session ends before its cookie */
export function tokenCookie(token: string, path: string, expiresAt: number): string {
  return `token="${token}"; Path=${path}; Expires=${new Date(expiresAt).toUTCString()}`;
}
