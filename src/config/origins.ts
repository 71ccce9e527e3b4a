import { type Check, InvalidValue } from './option';

/** Of the web pages that may use this server from a browser (RFC 6454, 6.1). */
export type AllowedOrigins = 'any' | 'none' | readonly string[];

const EXAMPLE = 'origins such as https://example.com';

/** `any`, `none`, one origin or a list of them; as text with commas between them. */
export const origins: Check<AllowedOrigins> = {
  parse(raw) {
    if (raw === 'any' || raw === 'none') return raw;
    const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
    const parsed = list.map((one, index) => parseOrigin(one, Array.isArray(raw) ? `[${index}]` : ''));
    return parsed.length === 0 ? 'none' : parsed;
  },
  fromText: (text) => (text.includes(',') ? text.split(',').map((one) => one.trim()) : text),
};

/** As `origins`, or `inherit`, which is `undefined`. */
export const originsOrInherit: Check<AllowedOrigins | undefined> = {
  parse(raw) {
    if (raw === 'inherit') return undefined;
    try {
      return origins.parse(raw);
    } catch (error) {
      throw error instanceof InvalidValue
        ? new InvalidValue(`${error.problem}, or inherit`, error.path)
        : error;
    }
  },
  fromText: (text) => origins.fromText(text),
};

/** @returns the origin as a browser writes it: in lower case and without the default port of its scheme */
function parseOrigin(raw: unknown, within: string): string {
  if (typeof raw !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#,@*]+$/i.test(raw))
    throw new InvalidValue(
      within === '' ? `must be any, none, or ${EXAMPLE}` : `must be one of ${EXAMPLE}`,
      within,
    );
  const written = URL.canParse(raw) ? new URL(raw).origin : 'null';
  // The standard gives schemes of applications, such as chrome-extension, no origin; browsers send one all the same.
  return written === 'null' ? raw.toLowerCase() : written;
}
