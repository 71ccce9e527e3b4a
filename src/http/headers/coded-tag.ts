import type { ContentCoding } from './accept-encoding';

/**
 * The `ETag` of content in a coding: the same bytes compressed are another representation, whose tag must differ (RFC 9110, 8.8.3).
 * @param etag of the bare bytes, for example `"a-10"`, whose gzip form has `"a-10-gzip"`
 */
export function codedTag(etag: string, coding: ContentCoding): string {
  return coding === 'identity' ? etag : etag.replace(/"$/, `-${coding}"`);
}
