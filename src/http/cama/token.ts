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

export interface TokenCookie {
  readonly token: string;
  readonly path: string;
  /** Unix milliseconds; rounded down, so that no session ends before its cookie. */
  readonly expiresAt: number;
  /** The client speaks TLS, with a proxy in front. */
  readonly viaTls: boolean;
}

/** No script reads it, and no page of another site uses it. */
export function renderCookie({ token, path, expiresAt, viaTls }: TokenCookie): string {
  const expires = new Date(expiresAt).toUTCString();
  return `token="${token}"; Path=${path}; Expires=${expires}; HttpOnly; SameSite=Strict${viaTls ? '; Secure' : ''}`;
}
