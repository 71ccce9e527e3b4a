import { type Check, InvalidValue } from './option';

export const SCOPES = ['produce', 'consume', 'spy', 'delete', 'relay'] as const;
export type TokenScope = (typeof SCOPES)[number];

/** A string alone may do everything. Of `token` and `sha256` (64 hex digits, lower case) exactly one is present. */
export type TokenEntry = string | LimitedToken;

interface LimitedToken {
  readonly token?: string;
  readonly sha256?: string;
  /** Absent: all of them. */
  readonly scopes?: readonly TokenScope[];
  /** It reaches only streams whose id starts so. Absent: all. */
  readonly prefix?: string;
}

type Complain = (complaint: string) => never;

const KEYS = ['token', 'sha256', 'scopes', 'prefix'];

/** No message quotes a value: it may be a token, or most of one. */
export const tokenList: Check<readonly TokenEntry[]> = {
  parse(raw) {
    if (!Array.isArray(raw)) throw new InvalidValue('must be a list of tokens');
    return raw.map((entry: unknown, index) => parseEntry(entry, `[${index}]`));
  },
  fromText(text) {
    const tokens = text
      .split(/[,\n]/)
      .map((token) => token.trim())
      .filter((token) => token !== '');
    // Whoever sets this wants tokens to be asked for: an empty list would open the server to everybody.
    return tokens.length > 0 ? tokens : undefined;
  },
};

function parseEntry(raw: unknown, within: string): TokenEntry {
  const complainAt =
    (key: string): Complain =>
    (complaint) => {
      throw new InvalidValue(complaint, within + key);
    };
  if (typeof raw === 'string') return parseToken(raw, complainAt(''));
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return complainAt('')(
      `must be a string (in quotes if it looks like a number) or a map of ${KEYS.join(', ')}`,
    );
  }
  const fields = new Map<string, unknown>(Object.entries(raw));
  for (const key of fields.keys()) {
    if (!KEYS.includes(key))
      complainAt('')(`has the unknown key ${JSON.stringify(key)}; allowed are ${KEYS.join(', ')}`);
  }
  if (fields.has('token') === fields.has('sha256')) complainAt('')('must have either token or sha256');
  return {
    ...(fields.has('token') && { token: parseToken(fields.get('token'), complainAt('.token')) }),
    ...(fields.has('sha256') && { sha256: parseDigest(fields.get('sha256'), complainAt('.sha256')) }),
    ...(fields.has('scopes') && { scopes: parseScopes(fields.get('scopes'), complainAt('.scopes')) }),
    ...(fields.has('prefix') && { prefix: parsePrefix(fields.get('prefix'), complainAt('.prefix')) }),
  };
}

/** What an `Authorization` header can carry. */
function parseToken(raw: unknown, complain: Complain): string {
  if (typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw)) return raw;
  return complain('must be a string of visible ASCII characters without spaces');
}

function parseDigest(raw: unknown, complain: Complain): string {
  if (typeof raw === 'string' && /^[0-9a-f]{64}$/i.test(raw)) return raw.toLowerCase();
  return complain('must be 64 hex digits, in quotes: the SHA-256 of the token');
}

function parseScopes(raw: unknown, complain: Complain): readonly TokenScope[] {
  const wanted: readonly unknown[] = Array.isArray(raw) ? raw : [undefined];
  const scopes = SCOPES.filter((scope) => wanted.includes(scope));
  if (wanted.length > 0 && scopes.length === new Set(wanted).size) return scopes;
  return complain(`must be a list of some of ${SCOPES.join(', ')}`);
}

function parsePrefix(raw: unknown, complain: Complain): string {
  return typeof raw === 'string' && raw !== ''
    ? raw
    : complain('must be a string, the beginning of stream ids');
}
