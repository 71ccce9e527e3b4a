import type { RouterContext } from '@koa/router';
import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { asNotFound, requireLog } from '../../errors/require-log';
import { authorize } from '../../front/access';
import type { WireContext } from '../../front/protocol';
import { prefers } from '../../headers/accept';
import { assertPreconditions } from '../../headers/preconditions';
import { essence } from '../../headers/stored-content-type';
import { vary } from '../../headers/vary';
import { touchLog, touchPeriodically } from '../../live/touch-log';
import { entityTag } from '../headers/entity-tag';
import { requestedOffset } from '../headers/requested-offset';
import { servedType } from '../headers/served-type';
import { streamHeaders } from '../headers/stream-headers';
import { streamId } from '../headers/stream-id';
import { uploadLength, uploadLimit, uploadProgress } from '../headers/upload-headers';
import { sendContent } from './content';
import { sendLineEvents } from './events';
import { sendTail } from './send-tail';

/** `GET /stream/:id` and `HEAD`: what there is, and then, while the stream is not closed, what comes. */
export async function consume(ctx: RouterContext, wire: WireContext): Promise<void> {
  const id = streamId(ctx);
  // A producer has to ask how far it came before it can resume.
  authorize(ctx, ctx.method === 'HEAD' ? ['consume', 'produce'] : 'consume', id);
  const info = await requireLog(wire.store, id);
  try {
    if (ctx.method === 'GET') await noteReader(ctx, wire, info);
    await deliver(ctx, wire, info);
  } catch (error) {
    // It was removed or replaced since it was asked for.
    throw isLogError(error, 'LOG_GONE') ? asNotFound(id, error) : error;
  }
}

async function deliver(ctx: RouterContext, wire: WireContext, info: LogInfo): Promise<void> {
  const isNotail = ctx.query['notail'] !== undefined;
  const about = {
    ...streamHeaders(info, wire.config.http),
    ...(!isNotail && { Vary: vary(ctx.res, 'Accept') }),
  };
  const headers =
    ctx.method === 'HEAD'
      ? { ...about, ...uploadProgress(info), ...uploadLength(info), ...uploadLimit(wire.config) }
      : about;
  if (wantsEvents(ctx, info) && !isNotail) return sendLineEvents(ctx, wire, info, headers);
  const from = requestedOffset(ctx, info);
  assertPreconditions(ctx.req, { id: info.id, etag: entityTag(info) });
  if (info.state === 'closed' || isNotail) return sendContent(ctx, wire, { info, from, headers });
  return sendTail(ctx, wire, { info, from, headers });
}

/** A stream that ends when it is idle is not, while somebody reads it. */
async function noteReader(
  ctx: RouterContext,
  { store, consumers }: WireContext,
  info: LogInfo,
): Promise<void> {
  if (info.expiry?.kind !== 'idle') return;
  await touchLog(store, info);
  touchPeriodically(store, info, consumers.signalOf(ctx.res));
}

function wantsEvents(ctx: RouterContext, info: LogInfo): boolean {
  return prefers(ctx.get('Accept'), 'text/event-stream', essence(servedType(info)));
}
