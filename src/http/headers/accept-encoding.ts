/** One member of an `Accept-Encoding` header, such as `gzip;q=0.5` (RFC 9110, 12.5.3). */
const MEMBER = /^([^;]+?)[ \t]*(?:;[ \t]*q[ \t]*=[ \t]*(0(?:\.\d*)?|1(?:\.0*)?))?$/i;

/** What an answer may be sent in. */
export type ContentCoding = 'br' | 'gzip' | 'identity';

/**
 * The coding that a client gets of an answer that may be compressed: the one it likes best of those that are `offered`, unless it likes
 * the bare bytes better. For example, `gzip;q=0.5` and `br, *;q=0.1` are answered with gzip if that alone is offered, and `gzip;q=0` and
 * `identity, gzip;q=0.5` are not.
 * @param offered of the same quality, the first one wins
 */
export function acceptedCoding(
  acceptEncoding: string | undefined,
  offered: readonly ContentCoding[] = ['gzip'],
): ContentCoding {
  if (acceptEncoding === undefined) return 'identity';
  const qualities = new Map<string, number>();
  for (const member of acceptEncoding.split(',')) {
    const [, coding, quality = '1'] = MEMBER.exec(member.trim()) ?? [];
    if (coding !== undefined) qualities.set(coding.toLowerCase(), Number(quality));
  }
  // Without a quality of its own, the bare form is allowed, and less wanted than all that is named.
  let [accepted, best]: [ContentCoding, number] = ['identity', qualities.get('identity') ?? 0];
  for (const coding of offered) {
    const quality = qualities.get(coding) ?? qualities.get(`x-${coding}`) ?? qualities.get('*') ?? 0;
    const isBetter = accepted === 'identity' ? quality >= best : quality > best;
    if (quality > 0 && isBetter) [accepted, best] = [coding, quality];
  }
  return accepted;
}
