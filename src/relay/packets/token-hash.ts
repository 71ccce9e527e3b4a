import { createHash } from 'node:crypto';

/** Longer ones would not get through as a header. */
const TOKEN_BYTES_MAX = 8 * 1024;

/**
 * What is kept of a token. White space around it does not count: none gets through a header.
 *
 * @param token its bytes: it is UTF-8, which a header shows as Latin-1
 * @returns `undefined` for what can be no token
 */
export function hashToken(token: Buffer): string | undefined {
  const trimmed = token.toString('latin1').replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, '');
  if (trimmed === '' || trimmed.length > TOKEN_BYTES_MAX) return undefined;
  return createHash('sha256').update(trimmed, 'latin1').digest('hex');
}
