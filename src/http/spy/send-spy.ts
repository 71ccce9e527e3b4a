import type { RouterContext } from '@koa/router';
import { followMany } from '../../core/follow/follow-many';
import { RequestError } from '../errors/request-error';
import { authorize, restrictPrefix } from '../front/access';
import type { WireContext } from '../front/protocol';
import { contentHeaders, LIVE_HEADERS } from '../headers/content-headers';
import { detach } from '../live/detach';
import { markLongLived } from '../live/long-lived';
import { sendHead } from '../live/send-head';
import { SpyFormat } from './spy-format';
import { SpyResponse } from './spy-response';

/** `GET /spy[?color][&prefix=][&from=start]`: headers at once, then every active stream and every new one. Never ends. */
export async function sendSpy(ctx: RouterContext, wire: WireContext): Promise<void> {
  const access = authorize(ctx, 'spy');
  const { color, from = 'now', prefix = '' } = ctx.query;
  if (from !== 'now' && from !== 'start')
    throw new RequestError('PARAMETER_INVALID', 'from must be start or now');
  if (typeof prefix !== 'string')
    throw new RequestError('PARAMETER_INVALID', 'prefix is given more than once');
  const options = { from, prefix: restrictPrefix(prefix, access.prefix) } as const;

  const { res } = ctx;
  sendHead(ctx, 200, { ...contentHeaders('text/plain; charset=utf-8'), ...LIVE_HEADERS });
  if (ctx.method === 'HEAD') {
    res.end();
    return;
  }
  res.flushHeaders();
  markLongLived(res);
  const signal = wire.consumers.signalOf(res);
  const format = new SpyFormat(color === undefined ? 'plain' : 'color');
  const { spy, http } = wire.config;
  const limits = { pendingBytesMax: spy.pendingBytes, stalledMs: http.consumerTimeout };
  const spectator = new SpyResponse(res, format, limits, signal);
  detach(res, wire.logger, followMany(wire.store, spectator, options, signal));
}
