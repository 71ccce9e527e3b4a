import type { RouterContext } from '@koa/router';
import { authorize } from '../access';
import { existing } from '../front/existing-log';
import type { Wire } from '../protocol';
import { toListed } from './listed-stream';
import { streamHeaders } from './stream-headers';
import { streamId } from './stream-id';

/** `GET /stream/:id/info` and `HEAD`: what the list shows of one stream. It does not extend the life of a stream with an idle expiry. */
export async function describe(ctx: RouterContext, { store, config }: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'consume', id);
  const info = await existing(store, id);
  ctx.set({ ...streamHeaders(info, config.http), 'Cache-Control': 'no-store' });
  ctx.set('Content-Type', 'application/json');
  ctx.body = toListed(info);
}
