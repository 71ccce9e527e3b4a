import type { RouterContext } from '@koa/router';
import type { Next } from 'koa';
import type { WireContext } from '../../front/protocol';
import { PARTIAL_UPLOAD, uploadLimit } from '../headers/upload-headers';

/** `OPTIONS`: what a client that can resume asks before it uploads. `Allow` comes from the router. */
export async function describeUploads(
  ctx: RouterContext,
  { config }: WireContext,
  next: Next,
): Promise<void> {
  await next();
  ctx.set({ 'Accept-Patch': PARTIAL_UPLOAD, ...uploadLimit(config) });
  ctx.body = null;
}
