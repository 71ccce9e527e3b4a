/** One member of an `Accept-Encoding` header, such as `gzip;q=0.5` (RFC 9110, 12.5.3). */
const MEMBER = /^([^;]+?)[ \t]*(?:;[ \t]*q[ \t]*=[ \t]*(0(?:\.\d*)?|1(?:\.0*)?))?$/i;

/** What an answer may be sent in. */
export type ContentCoding = 'gzip' | 'identity';

/**
 * The coding that a client gets of an answer that may be compressed: `gzip` if it takes it and does not like the bare bytes better.
 * For example, `gzip;q=0.5` and `br, *;q=0.1` are answered with gzip, and `gzip;q=0` and `identity, gzip;q=0.5` are not.
 */
export function acceptedCoding(acceptEncoding: string | undefined): ContentCoding {
  if (acceptEncoding === undefined) return 'identity';
  const qualities = new Map<string, number>();
  for (const member of acceptEncoding.split(',')) {
    const [, coding, quality = '1'] = MEMBER.exec(member.trim()) ?? [];
    if (coding !== undefined) qualities.set(coding.toLowerCase(), Number(quality));
  }
  const gzip = qualities.get('gzip') ?? qualities.get('x-gzip') ?? qualities.get('*') ?? 0;
  // Without a quality of its own, the bare form is allowed, and less wanted than all that is named.
  return gzip > 0 && gzip >= (qualities.get('identity') ?? 0) ? 'gzip' : 'identity';
}
