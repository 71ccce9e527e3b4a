/** Whether `etag` (a strong one) is among those of an `If-None-Match` header (RFC 9110, 13.1.2: a weak comparison). */
export function matchesAny(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
