import { fieldsOf, listOf } from './derived-checks';
import { type Check, InvalidValue } from './option';
import { integer } from './scalars';
import { size } from './size';

export const SCOPES = ['produce', 'consume', 'spy', 'delete', 'relay', 'metrics'] as const;
/** A permission of a token. */
export type TokenScope = (typeof SCOPES)[number];

/** An access token. A plain string has all permissions. */
export type TokenEntry = string | LimitedToken;

/** How fast a token may be used, at each server and worker. What is absent is not bounded. */
export interface TokenRates {
  /** The bytes per second that it sends to streams. */
  readonly bytesPerSecond?: number;
  /** The streams per minute that it creates. */
  readonly streams?: number;
  /** The requests that it has in progress at once. */
  readonly connections?: number;
}

/** A token with limits. It has exactly one of `token` and `sha256`. */
export interface LimitedToken extends TokenRates {
  readonly token?: string;
  /** 64 hex digits in lower case. */
  readonly sha256?: string;
  /** The log has it in place of the token. */
  readonly name?: string;
  /** Absent: all scopes. */
  readonly scopes?: readonly TokenScope[];
  /** The token is valid only for streams whose id begins with this. Absent: for all streams. */
  readonly prefix?: string;
  /** From then on it is not valid, in Unix milliseconds. */
  readonly expires?: number;
}

/** The rest of a sentence about a value that is not accepted. */
const PROBLEMS = {
  token: 'must be a string of visible ASCII characters without spaces',
  sha256: 'must be 64 hex digits, in quotes: the SHA-256 of the token',
  name: 'must be a string of 1 to 100 letters, digits and . _ - @ : / +',
  scopes: `must be a list of one or more of ${SCOPES.join(', ')}`,
  prefix: 'must be a string, the beginning of stream ids',
  expires: 'must be a time with its zone, such as 2027-01-31T18:00:00Z',
} as const;

const RATES = {
  bytesPerSecond: size('1KiB', '1TiB'),
  streams: integer(1, 1_000_000),
  connections: integer(1, 1_000_000),
} as const;

const KEYS = [...Object.keys(PROBLEMS), ...Object.keys(RATES)];

const ZONED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Accepts a list of tokens. Its errors never quote a value: it may be a token. */
export const tokenList: Check<readonly TokenEntry[]> = {
  ...listOf('must be a list of tokens', parseTokenEntry),
  fromText(text) {
    const tokens = text
      .split(/[,\n]/)
      .map((token) => token.trim())
      .filter((token) => token !== '');
    // Text without a token is an error: an empty list would open the server to every client.
    return tokens.length > 0 ? tokens : undefined;
  },
};

/** Parses an item of the setting `tokens`, or the content of a file of `tokensDir`. @throws InvalidValue that never quotes it */
export function parseTokenEntry(raw: unknown, path: string): TokenEntry {
  if (typeof raw === 'string') return tokenOf(raw) ?? refuse(PROBLEMS.token, path);
  const fields = fieldsOf(raw, KEYS, path, 'a string (in quotes if it looks like a number) or ');
  if (fields.has('token') === fields.has('sha256')) refuse('must have either token or sha256', path);
  const read = <T>(key: keyof typeof PROBLEMS, parse: (value: unknown) => T | undefined): object =>
    fields.has(key) ? { [key]: parse(fields.get(key)) ?? refuse(PROBLEMS[key], `${path}.${key}`) } : {};
  return {
    ...read('token', tokenOf),
    ...read('sha256', digestOf),
    ...read('name', nameOf),
    ...read('scopes', scopesOf),
    ...read('prefix', (value) => (typeof value === 'string' && value !== '' ? value : undefined)),
    ...read('expires', timeOf),
    ...ratesOf(fields, path),
  };
}

function refuse(problem: string, path: string): never {
  throw new InvalidValue(problem, path);
}

/** What an `Authorization` header can carry. */
function tokenOf(raw: unknown): string | undefined {
  return typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw) ? raw : undefined;
}

function digestOf(raw: unknown): string | undefined {
  return typeof raw === 'string' && /^[0-9a-f]{64}$/i.test(raw) ? raw.toLowerCase() : undefined;
}

function nameOf(raw: unknown): string | undefined {
  return typeof raw === 'string' && /^[\w.@:/+-]{1,100}$/.test(raw) ? raw : undefined;
}

function scopesOf(raw: unknown): readonly TokenScope[] | undefined {
  const wanted: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const scopes = SCOPES.filter((scope) => wanted.includes(scope));
  return wanted.length > 0 && scopes.length === new Set(wanted).size ? scopes : undefined;
}

function timeOf(raw: unknown): number | undefined {
  const ms = typeof raw === 'string' && ZONED_TIME.test(raw) ? Date.parse(raw) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function ratesOf(fields: ReadonlyMap<string, unknown>, path: string): TokenRates {
  return {
    ...rate(fields, path, 'bytesPerSecond', RATES.bytesPerSecond),
    ...rate(fields, path, 'streams', RATES.streams),
    ...rate(fields, path, 'connections', RATES.connections),
  };
}

function rate(fields: ReadonlyMap<string, unknown>, path: string, key: string, check: Check<number>): object {
  if (!fields.has(key)) return {};
  try {
    return { [key]: check.parse(fields.get(key)) };
  } catch (error) {
    throw error instanceof InvalidValue ? new InvalidValue(error.problem, `${path}.${key}`) : error;
  }
}
