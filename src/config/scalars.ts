import { orWord } from './derived-checks';
import { type Check, InvalidValue } from './option';

export function integer(min: number, max: number): Check<number> {
  return {
    parse(raw) {
      if (typeof raw === 'number' && Number.isInteger(raw) && raw >= min && raw <= max) return raw;
      throw new InvalidValue(`must be an integer from ${min} to ${max}`);
    },
    fromText: (text) => (/^-?\d{1,16}$/.test(text) ? Number(text) : text),
  };
}

export const booleanValue: Check<boolean> = {
  parse(raw) {
    if (typeof raw === 'boolean') return raw;
    throw new InvalidValue('must be true or false');
  },
  fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
};

export function oneOf<const T extends string>(...allowed: readonly T[]): Check<T> {
  return {
    parse(raw) {
      const found = allowed.find((value) => value === raw);
      if (found !== undefined) return found;
      throw new InvalidValue(`must be one of ${allowed.join(', ')}`);
    },
    fromText: (text) => text,
  };
}

export const host: Check<string> = {
  parse(raw) {
    if (typeof raw === 'string' && /^[\w.:%-]+$/.test(raw)) return raw;
    throw new InvalidValue('must be a host name or an IP address');
  },
  fromText: (text) => text,
};

/** Accepts the beginning of a URL's path without a trailing slash, or an empty string. */
export const pathPrefix: Check<string> = {
  parse(raw) {
    if (typeof raw === 'string' && /^(\/[\w.~!$&'()*+,=:@%-]+)*$/.test(raw)) return raw;
    throw new InvalidValue('must be empty or a path such as /relays');
  },
  fromText: (text) => text,
};

/** Accepts a path, or `off`, which is `undefined`. */
export const pathOrOff: Check<string | undefined> = orWord(
  {
    parse(raw) {
      if (typeof raw === 'string' && raw !== '' && !raw.includes('\0')) return raw;
      throw new InvalidValue('must be a path');
    },
    fromText: (text) => text,
  },
  'off',
  undefined,
);

/** A directory that is not a URL: `./data`, `/srv/loom`, `data/loom`, `..`. A word alone could be a scheme without its colon. */
const DIRECTORY = /^(?:\.{1,2}$|\.{0,2}\/|[\w.-]+\/[\w./-]*$)/;

/** Accepts any URL, of which the list of stores checks the scheme later, or the directory of a store of files. */
export const storeUrl: Check<string> = {
  parse(raw) {
    if (typeof raw === 'string' && DIRECTORY.test(raw)) return `file:${raw}`;
    if (typeof raw === 'string' && /^[a-z][a-z0-9+.-]*:\S*$/.test(raw)) return raw;
    throw new InvalidValue(
      'must be a directory such as ./data, or a URL such as file:./data or redis://localhost:6379',
    );
  },
  fromText: (text) => text,
};

/** Longer ones are hardly meant. */
const EXPRESSION_LENGTH_MAX = 1_000;

/** Several expressions may become one: numbers of groups would be those of others, and names may be there twice. */
const REFERENCES = /(?:^|[^\\])(?:\\\\)*(?:\\[1-9k]|\(\?<[\w$])/;

/** Accepts the source of a regular expression. */
export const expression: Check<string> = {
  parse(raw) {
    const isShort = typeof raw === 'string' && raw.length <= EXPRESSION_LENGTH_MAX;
    if (isShort && !REFERENCES.test(raw) && compiles(raw)) return raw;
    throw new InvalidValue(
      'must be a regular expression of JavaScript (flag v), without references to groups',
    );
  },
  fromText: (text) => text,
};

function compiles(source: string): boolean {
  try {
    new RegExp(source, 'v');
    return true;
  } catch {
    return false;
  }
}
