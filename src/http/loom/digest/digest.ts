import type { LogInfo } from '../../../core/log/log';
import type { LogDigest } from '../../../digest/log-digest';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import { assertKnownParameters } from '../../front/query';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { preferredType } from '../../headers/accept';
import { vary } from '../../headers/vary';
import { touchLog } from '../../live/touch-log';
import { streamHeaders } from '../headers/stream-headers';
import { parseStreamId } from '../headers/stream-id';
import { setCompressibleJson } from '../read/compressible-json';
import { asSearchError, enterSearches } from '../search/begin-search';
import { digestJson } from './digest-json';
import { digestMarkdown } from './digest-markdown';
import { pageUrlOf } from './page-url';

const MARKDOWN = 'text/markdown';

/** `GET /stream/:id/digest` and `HEAD`: what is worth knowing first of a stream, as JSON or Markdown. */
export async function sendDigest(ctx: WholeContext, wire: WireContext): Promise<void> {
  const id = parseStreamId(ctx.captures?.[0]);
  const { request } = ctx.state;
  authorize(request, 'consume', id);
  assertKnownParameters(request.query, ['url']);
  const url = pageUrlOf(request, id);
  const type = preferredType(ctx.get('Accept'), [MARKDOWN], 'application/json');
  const info = await requireLog(wire.store, id);
  assertSameGeneration(request, info);
  ctx.set({
    ...streamHeaders(info, wire.config.http),
    'Cache-Control': 'no-store',
    Vary: vary(ctx.res, 'Accept'),
  });
  try {
    await touchLog(wire.store, info);
    const now = wire.store.now();
    const digest = await digestOf(wire, info, now, wire.consumers.signalOf(ctx.res));
    const ms = Math.max(0, (info.state === 'closed' ? info.updatedAt : now) - info.createdAt);
    const stream = { info, digest, url, ms };
    if (type === MARKDOWN)
      await setCompressibleJson(ctx, digestMarkdown(stream), `${MARKDOWN}; charset=utf-8`);
    else await setCompressibleJson(ctx, digestJson(stream));
  } catch (error) {
    throw asGone(id, error);
  }
}

/** One that is not in memory takes a place among the searches. @throws RequestError `SEARCHES_TOO_MANY`, `SEARCH_TOO_COSTLY` */
async function digestOf(
  { digests, searches }: WireContext,
  info: LogInfo,
  now: number,
  signal: AbortSignal,
): Promise<LogDigest> {
  const known = digests.known(info);
  if (known !== undefined) return known;
  const leave = enterSearches(searches);
  try {
    return await digests.read(info, now, signal);
  } catch (error) {
    throw asSearchError(error);
  } finally {
    leave();
  }
}
