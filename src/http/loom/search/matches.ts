import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import { sendEmpty } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS } from '../../headers/content-headers';
import { touchLog, touchPeriodically } from '../../live/touch-log';
import { streamHeaders } from '../headers/stream-headers';
import { countParameter } from '../parameters/count';
import { flagParameter } from '../parameters/flag';
import { parseSearchRequest } from '../parameters/search-request';
import { asSearchError, type BegunSearch, beginSearch } from './begin-search';
import { FollowedMatches } from './followed-matches';
import { MatchResponse, NDJSON } from './match-response';
import { type PreparedSearch, prepareSearch, searchStored } from './search-stored';

/** `GET /stream/:id/matches` and `HEAD`: the lines in which a text is, and with `follow` those that are still to come. */
export async function sendMatches(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  authorize(request, 'consume', id);
  const { req, res, query } = request;
  const asked = parseSearchRequest(query, ['line', 'follow']);
  const line = countParameter(query, 'line', { min: 1 }) ?? 1;
  const isFollowed = flagParameter(query, 'follow');
  const info = await requireLog(wire.store, id);
  assertSameGeneration(request, info);
  const headers = streamHeaders(info, wire.config.http);
  if (req.method === 'HEAD')
    return sendEmpty(request, 200, { ...headers, ...contentHeaders(NDJSON), ...LIVE_HEADERS });
  const signal = wire.consumers.signalOf(res);
  try {
    await touchLog(wire.store, info);
    touchPeriodically(wire.store, info, signal);
    const begun = await beginSearch(wire, asked.query, signal);
    try {
      const { context, countsOnly } = asked;
      const start = { matcher: begun.matcher, line, context, countsOnly };
      const prepared = await prepareSearch(wire, info, start, signal);
      const response = new MatchResponse(request, wire, headers, asked, begun.leave);
      const search = { begun, prepared, response };
      if (isFollowed && info.state !== 'closed') await followMatches(request, wire, info, search);
      else await sendStoredMatches(wire, info, search, signal);
    } finally {
      begun.leave();
    }
  } catch (error) {
    throw asGone(id, error);
  }
}

interface Search {
  readonly begun: BegunSearch;
  readonly prepared: PreparedSearch;
  readonly response: MatchResponse;
}

async function sendStoredMatches(
  wire: WireContext,
  info: LogInfo,
  { prepared, response }: Search,
  signal: AbortSignal,
): Promise<void> {
  const { search } = prepared;
  const progress = () => ({ scannedBytes: search.scannedBytes, cutLines: search.cutLines });
  try {
    for await (const found of searchStored(wire, info, prepared, signal)) {
      const last = await response.write(found, signal);
      if (last !== undefined) {
        const scannedBytes = search.scannedBytesAt(last);
        return response.end({ truncated: true, ...progress(), scannedBytes, next: last.line + 1 });
      }
    }
    response.add(search.matches);
    response.end({ truncated: false, ...progress() });
  } catch (error) {
    const next = search.line;
    response.fail(asSearchError(error, next), { ...progress(), next });
  }
}

async function followMatches(
  { res }: WireRequest,
  wire: WireContext,
  info: LogInfo,
  { begun, prepared, response }: Search,
): Promise<void> {
  const { search, from } = prepared;
  const { limitRead } = wire.searches;
  await new FollowedMatches(wire, res, info, { begun, search, from, response, limitRead }).whenBegun();
}
