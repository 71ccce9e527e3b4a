import type { RouterContext } from '@koa/router';
import { requireLog } from '../../errors/require-log';
import { authorize } from '../../front/access';
import type { WireContext } from '../../front/protocol';
import { streamHeaders } from '../headers/stream-headers';
import { streamId } from '../headers/stream-id';
import { toListEntry } from './list-entry';

/** `GET /stream/:id/info` and `HEAD`: what the list shows of one stream. It does not extend the life of a stream with an idle expiry. */
export async function sendStreamInfo(ctx: RouterContext, { store, config }: WireContext): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'consume', id);
  const info = await requireLog(store, id);
  ctx.set({ ...streamHeaders(info, config.http), 'Cache-Control': 'no-store' });
  ctx.set('Content-Type', 'application/json');
  ctx.body = toListEntry(info);
}
