const DEFAULT = 'application/octet-stream';
const LENGTH_MAX = 256;

/** `type/subtype` in tokens, with or without parameters (RFC 9110, 8.3.1). */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+[ \t]*(;|$)/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Types that say nothing about the content: curl's `--data-binary` sends the first with any body, and a resumable upload the second. */
const VAGUE: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'application/partial-upload',
]);

/** The type that a stream gets when it is created; `undefined` for no type, and for a malformed, long or vague one. */
export function declaredContentType(header: string | undefined): string | undefined {
  const type = header?.trim() ?? '';
  const isSound = type.length <= LENGTH_MAX && MEDIA_TYPE.test(type) && PRINTABLE.test(type);
  return isSound && !VAGUE.has(essence(type)) ? type : undefined;
}

export function storedContentType(header: string | undefined): string {
  return declaredContentType(header) ?? DEFAULT;
}

/** A type without parameters, in lower case (RFC 9110, 8.3.1). Types are compared by it. */
export function essence(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
