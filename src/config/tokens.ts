import { fieldsOf, listOf } from './derived-checks';
import { type Check, InvalidValue } from './option';

export const SCOPES = ['produce', 'consume', 'spy', 'delete', 'relay', 'metrics'] as const;
/** A permission of a token. */
export type TokenScope = (typeof SCOPES)[number];

/** An access token. A plain string has all permissions. */
export type TokenEntry = string | LimitedToken;

/** A token with limits. It has exactly one of `token` and `sha256`. */
interface LimitedToken {
  readonly token?: string;
  /** 64 hex digits in lower case. */
  readonly sha256?: string;
  /** Absent: all scopes. */
  readonly scopes?: readonly TokenScope[];
  /** The token is valid only for streams whose id begins with this. Absent: for all streams. */
  readonly prefix?: string;
}

type Fail = (problem: string) => never;

const KEYS = ['token', 'sha256', 'scopes', 'prefix'];

/** Accepts a list of tokens. Its errors never quote a value: it may be a token. */
export const tokenList: Check<readonly TokenEntry[]> = {
  ...listOf('must be a list of tokens', parseEntry),
  fromText(text) {
    const tokens = text
      .split(/[,\n]/)
      .map((token) => token.trim())
      .filter((token) => token !== '');
    // Text without a token is an error: an empty list would open the server to every client.
    return tokens.length > 0 ? tokens : undefined;
  },
};

function parseEntry(raw: unknown, path: string): TokenEntry {
  const failAt =
    (key: string): Fail =>
    (problem) => {
      throw new InvalidValue(problem, path + key);
    };
  if (typeof raw === 'string') return parseToken(raw, failAt(''));
  const fields = fieldsOf(raw, KEYS, path, 'a string (in quotes if it looks like a number) or ');
  if (fields.has('token') === fields.has('sha256')) failAt('')('must have either token or sha256');
  return {
    ...(fields.has('token') && { token: parseToken(fields.get('token'), failAt('.token')) }),
    ...(fields.has('sha256') && { sha256: parseDigest(fields.get('sha256'), failAt('.sha256')) }),
    ...(fields.has('scopes') && { scopes: parseScopes(fields.get('scopes'), failAt('.scopes')) }),
    ...(fields.has('prefix') && { prefix: parsePrefix(fields.get('prefix'), failAt('.prefix')) }),
  };
}

/** Accepts what an `Authorization` header can carry. */
function parseToken(raw: unknown, fail: Fail): string {
  if (typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw)) return raw;
  return fail('must be a string of visible ASCII characters without spaces');
}

function parseDigest(raw: unknown, fail: Fail): string {
  if (typeof raw === 'string' && /^[0-9a-f]{64}$/i.test(raw)) return raw.toLowerCase();
  return fail('must be 64 hex digits, in quotes: the SHA-256 of the token');
}

function parseScopes(raw: unknown, fail: Fail): readonly TokenScope[] {
  const wanted: readonly unknown[] = Array.isArray(raw) ? raw : [undefined];
  const scopes = SCOPES.filter((scope) => wanted.includes(scope));
  if (wanted.length > 0 && scopes.length === new Set(wanted).size) return scopes;
  return fail(`must be a list of one or more of ${SCOPES.join(', ')}`);
}

function parsePrefix(raw: unknown, fail: Fail): string {
  return typeof raw === 'string' && raw !== '' ? raw : fail('must be a string, the beginning of stream ids');
}
