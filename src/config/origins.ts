import { orWord } from './derived-checks';
import { type Check, InvalidValue } from './option';

/** The origins (RFC 6454, 6.1) of web pages that may use this server from a browser. */
export type AllowedOrigins = 'any' | 'none' | readonly string[];

const EXAMPLE = 'origins such as https://example.com';

/** Accepts `any`, `none`, one origin or a list of origins. Text separates them by commas. */
export const origins: Check<AllowedOrigins> = {
  parse(raw) {
    if (raw === 'any' || raw === 'none') return raw;
    const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
    const parsed = list.map((one, index) => parseOrigin(one, Array.isArray(raw) ? `[${index}]` : ''));
    return parsed.length === 0 ? 'none' : parsed;
  },
  fromText: (text) => (text.includes(',') ? text.split(',').map((one) => one.trim()) : text),
};

/** Accepts what `origins` accepts, or `inherit`, which is `undefined`. */
export const originsOrInherit: Check<AllowedOrigins | undefined> = orWord(origins, 'inherit', undefined);

/** @returns the origin as browsers send it: in lower case, without the default port of its scheme */
function parseOrigin(raw: unknown, path: string): string {
  if (typeof raw !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#,@*]+$/i.test(raw))
    throw new InvalidValue(
      path === '' ? `must be any, none, or ${EXAMPLE}` : `must be one of ${EXAMPLE}`,
      path,
    );
  const written = URL.canParse(raw) ? new URL(raw).origin : 'null';
  // For schemes of applications, such as chrome-extension, `URL` has no origin, but browsers send one.
  return written === 'null' ? raw.toLowerCase() : written;
}
