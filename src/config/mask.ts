/** A store's URL without its secrets: what precedes the host, and passwords in the query. A path (`file:///srv/a@b`) has none. */
export function maskStore(url: string): string {
  return url
    .replace(/^(?!file:)([a-z][a-z0-9+.-]*:\/\/).*@/i, '$1***@')
    .replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*/gi, '$1***');
}
