import type { RouterContext } from '@koa/router';
import { existing } from '../../errors/require-log';
import { authorize } from '../../front/access';
import type { Wire } from '../../front/protocol';
import { streamHeaders } from '../headers/stream-headers';
import { streamId } from '../headers/stream-id';
import { toListed } from './list-entry';

/** `GET /stream/:id/info` and `HEAD`: what the list shows of one stream. It does not extend the life of a stream with an idle expiry. */
export async function describe(ctx: RouterContext, { store, config }: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'consume', id);
  const info = await existing(store, id);
  ctx.set({ ...streamHeaders(info, config.http), 'Cache-Control': 'no-store' });
  ctx.set('Content-Type', 'application/json');
  ctx.body = toListed(info);
}
