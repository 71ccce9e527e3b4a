import { createHash } from 'node:crypto';

/** A longer token does not fit in a header. */
const TOKEN_BYTES_MAX = 8 * 1024;

/** Hashes a token, without the white space that a header loses. @param token in UTF-8 @returns `undefined` if it cannot be one */
export function hashToken(token: Buffer): string | undefined {
  const trimmed = token.toString('latin1').replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, '');
  if (trimmed === '' || trimmed.length > TOKEN_BYTES_MAX) return undefined;
  return createHash('sha256').update(trimmed, 'latin1').digest('hex');
}
