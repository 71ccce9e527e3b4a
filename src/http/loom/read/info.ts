import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import { assertKnownParameters } from '../../front/query';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { jsonBody } from '../../json/json-body';
import { streamHeaders } from '../headers/stream-headers';
import { parseStreamId } from '../headers/stream-id';
import { setCompressibleJson } from './compressible-json';
import { toListEntry } from './list-entry';

/** `GET /stream/:id/info` and `HEAD`: what the list shows of one stream, and how many lines it has, if that is known. It does not extend the life of a stream with an idle expiry. */
export async function sendStreamInfo(
  ctx: WholeContext,
  { store, lines, config, consumers }: WireContext,
): Promise<void> {
  const id = parseStreamId(ctx.captures?.[0]);
  authorize(ctx.state.request, 'consume', id);
  assertKnownParameters(ctx.state.request.query, []);
  const info = await requireLog(store, id);
  assertSameGeneration(ctx.state.request, info);
  ctx.set({ ...streamHeaders(info, config.http), 'Cache-Control': 'no-store' });
  // They are counted only where that is cheap.
  const count = await lines.knownCount(info, consumers.signalOf(ctx.res)).catch((error) => {
    throw asGone(id, error);
  });
  const { traceparent } = info;
  const entry = {
    ...toListEntry(info),
    ...(traceparent !== undefined && { traceparent }),
    ...(count !== undefined && { lines: count.lines }),
  };
  await setCompressibleJson(ctx, jsonBody(entry));
}
