const KEY = '[a-z*][a-z0-9_.*-]*';
const NUMBER = '-?\\d{1,15}(?:\\.\\d{1,3})?';
const STRING = '"(?:[ !#-\\[\\]-~]|\\\\["\\\\])*"';
const TOKEN = "[A-Za-z*][\\w!#$%&'*+.^`|~:/-]*";
const OTHER = ':[A-Za-z0-9+/=]*:|\\?[01]';
const ITEM = new RegExp(`^ *([^; ]*)(?:; *${KEY}(?:=(?:${NUMBER}|${STRING}|${TOKEN}|${OTHER}))?)* *$`);

/** The Item of a structured field (RFC 8941, 3.3) without its parameters: `?1;a="b"` is `?1`. Anything else is returned as it is. */
export function bareItem(header: string): string {
  return ITEM.exec(header)?.[1] ?? header;
}
