/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Parses JSON of a server. @returns `undefined` if it is not JSON */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // `JSON.parse` throws only SyntaxError.
    return undefined;
  }
}

/** The own member of an object; `undefined` for other values. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

interface Kinds {
  readonly string: string;
  readonly number: number;
}

/** The own members of an object that are of the type `kinds` has for them. */
export function membersOf<const Wanted extends Readonly<Record<string, keyof Kinds>>>(
  value: unknown,
  kinds: Wanted,
): { readonly [Name in keyof Wanted]?: Kinds[Wanted[Name]] } {
  const found: Record<string, unknown> = {};
  for (const name in kinds) {
    const member = memberOf(value, name);
    if (typeof member === kinds[name]) found[name] = member;
  }
  return found as { [Name in keyof Wanted]?: Kinds[Wanted[Name]] };
}

/** JSON for a header: characters above U+007E are escaped. */
export function toHeader(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
