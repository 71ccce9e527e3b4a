import type { Next } from 'koa';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { PARTIAL_UPLOAD, uploadLimit } from '../headers/upload-headers';

/** `OPTIONS`: a client that can resume sends it before it uploads. `Allow` comes from the router. */
export async function describeUploads(ctx: WholeContext, { config }: WireContext, next: Next): Promise<void> {
  await next();
  ctx.set({ 'Accept-Patch': PARTIAL_UPLOAD, ...uploadLimit(config) });
  ctx.body = null;
}
