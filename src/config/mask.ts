/** A store's URL without what is secret in it: whatever stands before its host, and passwords in its query. */
export function maskStore(url: string): string {
  return url
    .replace(/^(redis[a-z+]*:\/\/).*@/, '$1***@')
    .replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*/gi, '$1***');
}
