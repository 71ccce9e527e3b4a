import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { authorize, restrictPrefix } from '../../access/authorize';
import { RequestError } from '../../errors/request-error';
import { singleParameter } from '../../front/query';
import { sendEmpty } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS } from '../../headers/content-headers';
import { parseSearchRequest, type SearchRequest } from '../parameters/search-request';
import { asSearchError, type BegunSearch, beginSearch } from './begin-search';
import { errorMembers, MatchResponse, NDJSON } from './match-response';
import { type MatchesCursor, parseMatchesCursor, renderMatchesCursor } from './matches-cursor';
import { prepareSearch, searchStored } from './search-stored';

/** How many streams are listed at once. */
const PAGE_STREAMS = 100;

/** How many bytes one answer searches, and what the stream has that it reaches then. */
const SCANNED_BYTES_MAX = 1024 * 1024 * 1024;

/** `GET /matches` and `HEAD`: the lines of all streams that the token may read in which a text is, those of the newest stream first. */
export async function sendManyMatches(request: WireRequest, wire: WireContext): Promise<void> {
  const access = authorize(request, 'consume');
  const { req, res, query } = request;
  const asked = parseSearchRequest(query, ['prefix', 'cursor']);
  const prefix = restrictPrefix(singleParameter(query, 'prefix') ?? '', access.prefix);
  const cursor = parseMatchesCursor(query);
  if (req.method === 'HEAD') return sendEmpty(request, 200, { ...contentHeaders(NDJSON), ...LIVE_HEADERS });
  const signal = wire.consumers.signalOf(res);
  const begun = await beginSearch(wire, asked.query, signal);
  try {
    const response = new MatchResponse(request, wire, {}, asked, begun.leave);
    await new ManyMatches(wire, { asked, prefix, begun, response }, signal).send(cursor);
  } finally {
    begun.leave();
  }
}

interface ManySearch {
  readonly asked: SearchRequest;
  readonly prefix: string;
  readonly begun: BegunSearch;
  readonly response: MatchResponse;
}

/** One search through many logs, one after the other. */
class ManyMatches {
  #scannedBytes = 0;
  #cutLines = 0;
  /** Where it is now. */
  #at: MatchesCursor | undefined;

  constructor(
    private readonly wire: WireContext,
    private readonly many: ManySearch,
    private readonly signal: AbortSignal,
  ) {}

  async send(cursor: MatchesCursor | undefined): Promise<void> {
    const { response } = this.many;
    try {
      this.#end((await this.#searchPages(cursor)) === 'truncated');
    } catch (error) {
      const next = this.#at && renderMatchesCursor(this.#at);
      response.fail(asSearchError(error, next), { scannedBytes: this.#scannedBytes, next });
    }
  }

  #end(truncated: boolean): void {
    const progress = { scannedBytes: this.#scannedBytes, cutLines: this.#cutLines };
    const next = truncated && this.#at ? { next: renderMatchesCursor(this.#at) } : {};
    this.many.response.end({ truncated, ...progress, ...next });
  }

  async #searchPages(cursor: MatchesCursor | undefined): Promise<'all' | 'truncated'> {
    let page = cursor?.page;
    for (let resumed = cursor; ; resumed = undefined) {
      const { logs, next } = await this.#list(page);
      for (let index = resumed ? firstOf(logs, resumed) : 0; index < logs.length; index += 1) {
        const info = logs[index];
        if (info === undefined) break;
        const previous = logs[index - 1]?.generation;
        const line = info.generation === resumed?.generation ? resumed.line : 1;
        const at = { generation: info.generation, line };
        this.#at = {
          ...at,
          ...(page !== undefined && { page }),
          ...(previous !== undefined && { previous }),
        };
        if (this.#scannedBytes >= SCANNED_BYTES_MAX) return 'truncated';
        if ((await this.#searchLog(info, this.#at)) === 'truncated') return 'truncated';
      }
      if (next === undefined) return 'all';
      page = next;
    }
  }

  async #list(cursor: string | undefined) {
    const { prefix } = this.many;
    const query = { limit: PAGE_STREAMS, ...(cursor !== undefined && { cursor }), ...(prefix && { prefix }) };
    try {
      return await this.wire.store.list(query, this.signal);
    } catch (error) {
      if (isLogError(error, 'LOG_ID_INVALID'))
        throw new RequestError('PARAMETER_INVALID', 'cursor must be the next of an earlier answer');
      throw error;
    }
  }

  async #searchLog(info: LogInfo, at: MatchesCursor): Promise<'all' | 'truncated'> {
    const { asked, begun, response } = this.many;
    const { context, countsOnly } = asked;
    const start = { matcher: begun.matcher, line: at.line, context, countsOnly };
    const before = this.#scannedBytes;
    try {
      const prepared = await prepareSearch(this.wire, info, start, this.signal);
      for await (const found of searchStored(this.wire, info, prepared, this.signal)) {
        const last = await response.write(found, this.signal, info.id);
        this.#at = { ...at, line: ((last ?? found.at(-1))?.line ?? 0) + 1 };
        const { search } = prepared;
        this.#scannedBytes = before + (last ? search.scannedBytesAt(last) : search.scannedBytes);
        if (last !== undefined) return 'truncated';
      }
      this.#scannedBytes = before + prepared.search.scannedBytes;
      this.#cutLines += prepared.search.cutLines;
      const { matches } = prepared.search;
      response.add(matches);
      if (matches > 0) await response.writeOther({ id: info.id, matches }, this.signal);
    } catch (error) {
      if (isLogError(error, 'STORE_DAMAGED'))
        await response.writeOther({ id: info.id, ...errorMembers(error) }, this.signal);
      // Otherwise it was removed since it was listed.
      else if (!isLogError(error, 'LOG_GONE')) throw error;
    }
    return 'all';
  }
}

/** The index of the stream to go on with. If it was removed, the next one. */
function firstOf(logs: readonly LogInfo[], { generation, previous }: MatchesCursor): number {
  const index = logs.findIndex((log) => log.generation === generation);
  return index >= 0 ? index : logs.findIndex((log) => log.generation === previous) + 1;
}
