import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ID_BYTES = 18;

/** A random name that needs no escaping in a path or a cookie. */
export function newSecret(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether one of a request's cookies is the token. A client may send the tokens of several sessions. */
export function presentsToken(req: IncomingMessage, tokenHash: string): boolean {
  const expected = Buffer.from(tokenHash);
  const cookies = (req.headers.cookie ?? '')
    .split(';')
    .map((cookie) => /^\s*token="?([^"]*)"?\s*$/.exec(cookie)?.[1]);
  return cookies.some(
    (token) => token !== undefined && timingSafeEqual(Buffer.from(hashOf(token)), expected),
  );
}

interface TokenCookie {
  readonly token: string;
  readonly path: string;
  /** Unix milliseconds. The cookie rounds it down to seconds, so it never outlives the session. */
  readonly expiresAt: number;
  /** The client speaks TLS with the proxy in front. */
  readonly viaTls: boolean;
}

/** Scripts cannot read it, and pages of other sites cannot use it. */
export function renderCookie({ token, path, expiresAt, viaTls }: TokenCookie): string {
  const expires = new Date(expiresAt).toUTCString();
  return `token="${token}"; Path=${path}; Expires=${expires}; HttpOnly; SameSite=Strict${viaTls ? '; Secure' : ''}`;
}
