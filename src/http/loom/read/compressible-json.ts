import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'koa';
import { acceptedCoding } from '../../headers/accept-encoding';
import { codedTag } from '../../headers/coded-tag';
import { isCompressible } from '../../headers/compressible';
import { vary } from '../../headers/vary';
import { setJson } from '../../json/json-body';

const JSON_TYPE = 'application/json';
const compress = promisify(gzip);

/**
 * As `setJson`, compressed for a client that asks for it. An `ETag` that is set already becomes that of the compressed form.
 * @param contentType as for `setJson`
 */
export async function setCompressibleJson(
  ctx: Context,
  json: string | Buffer,
  contentType = JSON_TYPE,
): Promise<void> {
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  ctx.set('Vary', vary(ctx.res, 'Accept-Encoding'));
  const coding = acceptedCoding(ctx.get('Accept-Encoding'));
  if (coding === 'identity' || !isCompressible(bytes.length, contentType)) {
    setJson(ctx, bytes, contentType);
    return;
  }
  const { etag } = ctx.response;
  if (etag) ctx.set('ETag', codedTag(etag, coding));
  ctx.set('Content-Encoding', coding);
  setJson(ctx, await compress(bytes), contentType);
}
