import type { RowMap } from '../lines/line-runs';
import { ndjsonOf } from '../lines/ndjson';
import { pause } from '../lines/pause';
import { stoppedAt } from '../lines/search-progress';
import type { SendRequest } from '../lines/send-request';
import { pathOf } from '../lines/stream-path';
import { ApiError } from '../shell/api-error';
import { FoundLines } from './found-lines';
import { type Columns, matchColumns } from './match-columns';
import { searchFailure } from './search-words';

/** One answer has so many matches; the next begins behind them. */
const PER_ANSWER = 1_000;
/** So many are searched for without being asked for more. */
const MAX_AT_ONCE = 10_000;
const MAX_ATTEMPTS = 5;
const PAUSE_MS = 1_000;

export interface SearchQuery {
  readonly text: string;
  readonly matchCase: boolean;
  readonly isRegex: boolean;
}

export interface LogSearchParts {
  readonly send: SendRequest;
  readonly id: string;
  /** How many lines there are by now. */
  readonly lines: () => number;
  readonly onChanged: () => void;
}

/** An object of `GET /stream/:id/matches`; the last one has no line. */
interface MatchObject {
  readonly line?: number;
  readonly text?: string;
  readonly at?: readonly Columns[];
  readonly next?: number;
  readonly error?: string;
  readonly code?: string;
}

/** One search over a whole log, on the server. A new one ends the one before. */
export class LogSearch {
  #found = new FoundLines();
  #running = new AbortController();
  #query: SearchQuery | undefined;
  #next = 1;
  #isSearching = false;
  #hasMore = false;
  #failure: string | undefined;

  constructor(private readonly parts: LogSearchParts) {
    this.#running.abort();
  }

  get query(): SearchQuery | undefined {
    return this.#query;
  }

  get found(): FoundLines {
    return this.#found;
  }

  get isSearching(): boolean {
    return this.#isSearching;
  }

  /** Not all of the log was searched: `more` goes on. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Why it has ended early: a sentence. What was found before remains. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** @param query an empty text, or undefined: the search is over */
  search(query: SearchQuery | undefined): void {
    this.#running.abort();
    this.#query = query?.text === '' ? undefined : query;
    this.#found = new FoundLines();
    this.#next = 1;
    this.#hasMore = false;
    this.#failure = undefined;
    this.#isSearching = false;
    this.parts.onChanged();
    void this.more();
  }

  /** Goes on behind what was searched: with the matches beyond a bound, or with lines that have arrived. Resolves when it is done. */
  async more(): Promise<void> {
    const query = this.#query;
    if (query === undefined || this.#isSearching) return;
    const running = new AbortController();
    this.#running = running;
    this.#isSearching = true;
    this.#failure = undefined;
    try {
      await this.#run(query, running.signal);
    } catch (error) {
      if (!running.signal.aborted) this.#failure = searchFailure(error);
    }
    if (running.signal.aborted) return;
    this.#isSearching = false;
    this.parts.onChanged();
  }

  /** Rows for the lines that were found, with so many others around each. */
  rows(context: number): RowMap {
    return this.#found.rows(context, this.parts.lines());
  }

  close(): void {
    this.#running.abort();
  }

  async #run(query: SearchQuery, signal: AbortSignal): Promise<void> {
    const limit = this.#found.count + MAX_AT_ONCE;
    for (let failures = 0; ; ) {
      const lines = this.parts.lines();
      const from = this.#next;
      try {
        const next = await this.#answer(query, signal);
        this.#hasMore = next !== undefined;
        // The last line may have been unfinished.
        this.#next = next ?? Math.max(1, lines, this.#found.last + 1);
        if (next === undefined || this.#found.count >= limit) return;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        await this.#afterFailure(error, from, failures, signal);
      }
    }
  }

  /** Waits until the search can go on. @throws the error if it cannot */
  async #afterFailure(error: unknown, from: number, failures: number, signal: AbortSignal): Promise<void> {
    const stopped = stoppedAt(error, from);
    if (stopped !== undefined) {
      this.#next = stopped.next;
      this.#hasMore = stopped.next > from;
    }
    const mayGoOn = stopped?.isWorthIt ?? (error instanceof ApiError && error.status === 429);
    if (!mayGoOn || failures >= MAX_ATTEMPTS) throw error;
    if (stopped !== undefined) return;
    await pause((error instanceof ApiError ? error.retryAfterMs : undefined) ?? PAUSE_MS, signal);
    signal.throwIfAborted();
  }

  /** @returns the line to go on from, undefined if all was searched */
  async #answer({ text, matchCase, isRegex }: SearchQuery, signal: AbortSignal): Promise<number | undefined> {
    const { send, id, onChanged } = this.parts;
    const path = pathOf(id, '/matches', {
      q: text,
      ignoreCase: matchCase ? undefined : true,
      regex: isRegex ? true : undefined,
      limit: PER_ANSWER,
      line: this.#next,
    });
    const response = await send(path, { signal });
    for await (const { line, text: raw = '', at = [], next, error, code } of ndjsonOf<MatchObject>(
      response,
    )) {
      signal.throwIfAborted();
      if (line === undefined) {
        if (error === undefined) return next;
        throw new ApiError(code === 'search_too_costly' ? 422 : 500, code ?? 'unknown', error, { next });
      }
      this.#found.add(line, matchColumns(raw, at));
      this.#next = line + 1;
      onChanged();
    }
    throw new ApiError(0, 'unreachable', 'The connection was lost during the search');
  }
}
