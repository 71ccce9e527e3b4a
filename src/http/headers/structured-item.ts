const KEY = '[a-z*][a-z0-9_.*-]*';
const NUMBER = '-?\\d{1,15}(?:\\.\\d{1,3})?';
const STRING = '"(?:[ !#-\\[\\]-~]|\\\\["\\\\])*"';
const TOKEN = "[A-Za-z*][\\w!#$%&'*+.^`|~:/-]*";
const OTHER = ':[A-Za-z0-9+/=]*:|\\?[01]';
const ITEM = new RegExp(`^ *([^; ]*)(?:; *${KEY}(?:=(?:${NUMBER}|${STRING}|${TOKEN}|${OTHER}))?)* *$`);

/**
 * The value of a header that is an Item of structured fields (RFC 8941, 3.3), without its parameters: unknown ones must be ignored. For
 * example, `?1;a="b"` is `?1`.
 * @returns the header itself if it is not an Item; it then parses neither as a boolean nor as a number
 */
export function bareItem(header: string): string {
  return ITEM.exec(header)?.[1] ?? header;
}
