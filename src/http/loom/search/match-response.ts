import { waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import { isAbortError } from '../../errors/abort-error';
import { isOperational, toErrorResponse } from '../../errors/error-response';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { jsonBody } from '../../json/json-body';
import { finish } from '../../live/finish';
import { waitForDrain } from '../../live/wait-for-drain';

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

/** The matches of a search as NDJSON, each sent when it is found. The head leaves with the first one, so that an error before it has its status. */
export class MatchResponse {
  #matches = 0;

  /** @param leave gives back the place of the search */
  constructor(
    private readonly request: WireRequest,
    private readonly wire: WireContext,
    private readonly headers: ResponseHeaders,
    private readonly leave: () => void,
  ) {}

  get matches(): number {
    return this.#matches;
  }

  get isBegun(): boolean {
    return this.request.res.headersSent;
  }

  begin(): void {
    if (this.isBegun) return;
    sendHead(this.request, 200, { ...this.headers, ...contentHeaders(NDJSON), ...LIVE_HEADERS });
    this.request.res.flushHeaders();
  }

  /** Resolves when the reader can take more. @throws the signal's reason */
  async write(match: object, signal: AbortSignal): Promise<void> {
    this.#matches += 1;
    await this.writeOther(match, signal);
  }

  /** Sends an object that is no match. @throws the signal's reason */
  async writeOther(object: object, signal: AbortSignal): Promise<void> {
    const { res } = this.request;
    const json = jsonBody(object);
    await waitForTurn(json.length);
    signal.throwIfAborted();
    this.begin();
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
  fail(error: unknown, { next, scannedBytes }: Omit<MatchEnd, 'truncated'>): void {
    if (!this.isBegun || isAbortError(error)) throw error;
    if (!isOperational(error)) this.wire.logger.error({ err: error }, 'a search failed');
    const end = { matches: this.#matches, truncated: true, scannedBytes };
    this.#finish({ ...end, ...(next !== undefined && { next }), ...errorMembers(error) });
  }

  #finish(last: object): void {
    this.begin();
    finish(this.request.res, this.wire.config.http.consumerTimeout, Buffer.from(jsonBody(last)));
  }
}

/** What an object says of an error. */
export function errorMembers(failure: unknown): { readonly error: string; readonly code: string } {
  const { error, code } = JSON.parse(toErrorResponse(failure).body);
  return { error, code };
}
