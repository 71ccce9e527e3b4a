export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Parses what a server sent; `undefined` for what is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // `JSON.parse` throws nothing but SyntaxError, and the caller asks for no more than whether it is JSON.
    return undefined;
  }
}

/** The member of a JSON object; `undefined` for anything else. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

/** JSON as a legal header value: every character above U+007E is escaped. */
export function toHeader(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
