/**
 * A store's URL without its secrets: what precedes the host, and passwords in the query. A URL with a path in the place of a host
 * (`file:///srv/a@b`) has no secret there.
 */
export function maskStore(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)(?!\/[^@]*\/).*@/i, '$1***@')
    .replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*/gi, '$1***');
}
