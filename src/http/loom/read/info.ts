import { requireLog } from '../../errors/require-log';
import { authorize } from '../../front/access';
import { assertKnownParameters } from '../../front/query';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { jsonBody } from '../../json/json-body';
import { streamHeaders } from '../headers/stream-headers';
import { parseStreamId } from '../headers/stream-id';
import { setCompressibleJson } from './compressible-json';
import { toListEntry } from './list-entry';

/** `GET /stream/:id/info` and `HEAD`: what the list shows of one stream. It does not extend the life of a stream with an idle expiry. */
export async function sendStreamInfo(ctx: WholeContext, { store, config }: WireContext): Promise<void> {
  const id = parseStreamId(ctx.captures?.[0]);
  authorize(ctx.state.request, 'consume', id);
  assertKnownParameters(ctx.state.request.query, []);
  const info = await requireLog(store, id);
  ctx.set({ ...streamHeaders(info, config.http), 'Cache-Control': 'no-store' });
  await setCompressibleJson(ctx, jsonBody(toListEntry(info)));
}
