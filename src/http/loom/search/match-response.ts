import { waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import type { FoundLine } from '../../../core/search/found-line';
import { isAbortError } from '../../errors/abort-error';
import { isOperational, toErrorResponse } from '../../errors/error-response';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { jsonBody } from '../../json/json-body';
import { finish } from '../../live/finish';
import { waitForDrain } from '../../live/wait-for-drain';
import type { SearchRequest } from '../parameters/search-request';
import { foundLineJson } from './found-line';

export const NDJSON = 'application/x-ndjson';

/** How long a reader may keep a search from going on before it no longer counts among those that scan. */
const SLOW_MS = 1_000;

/** The end of an answer. */
export interface MatchEnd {
  readonly truncated: boolean;
  readonly scannedBytes: number;
  /** The line, or the cursor, to go on from. */
  readonly next?: number | string | undefined;
  /** How many lines were searched only in their first bytes. */
  readonly cutLines?: number;
  readonly state?: string;
  readonly outcome?: string;
}

/** The matches of a search as NDJSON, sent when they are found. The head leaves with the first ones, so that an error before them has its status. */
export class MatchResponse {
  #matches = 0;
  readonly #heartbeat: NodeJS.Timeout;

  /** @param leave gives back the place of the search */
  constructor(
    private readonly request: WireRequest,
    private readonly wire: WireContext,
    private readonly headers: ResponseHeaders,
    private readonly asked: SearchRequest,
    private readonly leave: () => void,
  ) {
    this.#heartbeat = setInterval(() => this.#beat(), wire.config.live.heartbeat);
    request.res.once('close', () => clearInterval(this.#heartbeat));
  }

  get isBegun(): boolean {
    return this.request.res.headersSent;
  }

  begin(): void {
    if (this.isBegun) return;
    sendHead(this.request, 200, { ...this.headers, ...contentHeaders(NDJSON), ...LIVE_HEADERS });
    this.request.res.flushHeaders();
  }

  /**
   * Sends matches in one piece. Resolves when the reader can take more.
   * @param id what each object begins with, in a search of many streams
   * @returns the last one that may be sent, once it is
   * @throws the signal's reason
   */
  async write(found: readonly FoundLine[], signal: AbortSignal, id?: string): Promise<FoundLine | undefined> {
    const { limit, context } = this.asked;
    const sent = found.slice(0, limit - this.#matches);
    this.#matches += sent.length;
    const json = sent.map((one) =>
      jsonBody({ ...(id !== undefined && { id }), ...foundLineJson(one, context > 0) }),
    );
    await this.#send(json.join(''), signal);
    return this.#matches < limit ? undefined : sent.at(-1);
  }

  /** Counts matches that are not sent. */
  add(matches: number): void {
    this.#matches += matches;
  }

  /** Sends an object that is no match. @throws the signal's reason */
  async writeOther(object: object, signal: AbortSignal): Promise<void> {
    await this.#send(jsonBody(object), signal);
  }

  async #send(json: string, signal: AbortSignal): Promise<void> {
    const { res } = this.request;
    await waitForTurn(json.length);
    signal.throwIfAborted();
    this.begin();
    this.#heartbeat.refresh();
    if (res.write(json)) return;
    const slow = setTimeout(this.leave, SLOW_MS);
    try {
      await waitForDrain(res, this.wire.config.http.consumerTimeout, signal);
    } finally {
      clearTimeout(slow);
    }
  }

  end({ next, cutLines = 0, truncated, scannedBytes, ...rest }: MatchEnd): void {
    this.#finish({
      matches: this.#matches,
      truncated,
      scannedBytes,
      ...(next !== undefined && { next }),
      ...(cutLines > 0 && { cutLines }),
      ...rest,
    });
  }

  /**
   * Ends the answer with the error if it has begun.
   * @throws `error` otherwise, and one that only says that the reader has left
   */
  fail(error: unknown, { next, scannedBytes, cutLines = 0 }: Omit<MatchEnd, 'truncated'>): void {
    clearInterval(this.#heartbeat);
    if (!this.isBegun || isAbortError(error)) throw error;
    if (!isOperational(error)) this.wire.logger.error({ err: error }, 'a search failed');
    const end = { matches: this.#matches, truncated: true, scannedBytes };
    this.#finish({
      ...end,
      ...(next !== undefined && { next }),
      ...(cutLines > 0 && { cutLines }),
      ...errorMembers(error),
    });
  }

  /** A search may find nothing for minutes. Without a byte, the client would ask again, from the beginning; and a proxy may give up. */
  #beat(): void {
    const { res } = this.request;
    if (res.destroyed || res.writableEnded || res.writableNeedDrain) return;
    this.begin();
    res.write(' ');
  }

  #finish(last: object): void {
    clearInterval(this.#heartbeat);
    this.begin();
    finish(this.request.res, this.wire.config.http.consumerTimeout, Buffer.from(jsonBody(last)));
  }
}

/** What an object says of an error. */
export function errorMembers(failure: unknown): { readonly error: string; readonly code: string } {
  const { error, code } = JSON.parse(toErrorResponse(failure).body);
  return { error, code };
}
