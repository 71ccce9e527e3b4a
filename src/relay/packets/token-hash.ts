import { createHash } from 'node:crypto';

/** A longer token does not fit in a header. */
const TOKEN_BYTES_MAX = 8 * 1024;

/**
 * The hash of a token. Surrounding white space does not count: a header loses it.
 *
 * @param token its bytes, in UTF-8; a header shows them as Latin-1
 * @returns `undefined` if it cannot be a token
 */
export function hashToken(token: Buffer): string | undefined {
  const trimmed = token.toString('latin1').replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, '');
  if (trimmed === '' || trimmed.length > TOKEN_BYTES_MAX) return undefined;
  return createHash('sha256').update(trimmed, 'latin1').digest('hex');
}
