const DEFAULT = 'application/octet-stream';
const LENGTH_MAX = 256;

/** `type/subtype` in tokens, with or without parameters (RFC 9110, 8.3.1). */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+[ \t]*(;|$)/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Those that say nothing of the content: curl's `--data-binary` sends the first with whatever it is, a resumable upload the second. */
const VAGUE: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'application/partial-upload',
]);

/**
 * The type that a stream keeps of the request that makes it, on every wire.
 * @returns `undefined` for none, and for one that is malformed, too long or vague
 */
export function declaredContentType(header: string | undefined): string | undefined {
  const type = header?.trim() ?? '';
  const isSound = type.length <= LENGTH_MAX && MEDIA_TYPE.test(type) && PRINTABLE.test(type);
  return isSound && !VAGUE.has(essence(type)) ? type : undefined;
}

export function storedContentType(header: string | undefined): string {
  return declaredContentType(header) ?? DEFAULT;
}

/** What types are compared by: without parameters, in lower case (RFC 9110, 8.3.1). */
export function essence(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
