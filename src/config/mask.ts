/** A store's URL without what is secret in it: whatever stands before its host, and passwords in its query. */
export function maskStore(url: string): string {
  return url
    .replace(/^(?!file:)([a-z][a-z0-9+.-]*:\/\/).*@/i, '$1***@')
    .replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*/gi, '$1***');
}
