import type { RowMap } from '../lines/line-runs';
import { ndjsonOf } from '../lines/ndjson';
import { pause } from '../lines/pause';
import { stoppedAt } from '../lines/search-progress';
import type { SendRequest } from '../lines/send-request';
import { pathOf } from '../lines/stream-path';
import { ApiError } from '../shell/api-error';
import { type Columns, matchColumns } from './match-columns';
import type { SearchPart } from './search-part';
import { searchFailure } from './search-words';
import { SearchedLog } from './searched-log';

/** One answer has so many matches; the next begins behind them. */
const PER_ANSWER = 1_000;
const MOST_PER_ANSWER = 10_000;
/** So many are searched for without being asked for more. */
const MAX_AT_ONCE = 10_000;
/** Of a log that grows, so many are found by itself: 8 bytes each, and 32 while others are hidden. */
const MAX_BY_ITSELF = 200_000;
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
  /** How many bytes there are by now: the last line grows. */
  readonly bytes: () => number;
  readonly onChanged: () => void;
}

/** An object of `GET /stream/:id/matches`; the last one has no line. */
interface MatchObject {
  readonly line?: number;
  readonly text?: string;
  readonly at?: readonly Columns[];
  readonly next?: number;
  readonly cutLines?: number;
  readonly error?: string;
  readonly code?: string;
}

/** One search over a whole log, on the server: from the reader's line on, then from the begin. A new one ends the one before. */
export class LogSearch {
  #found = new SearchedLog();
  #running = new AbortController();
  #query: SearchQuery | undefined;
  #isSearching = false;
  #failure: string | undefined;
  #hasCutLines = false;
  /** It goes on by itself if the log grows, but neither beyond a bound nor with a costly expression. */
  #isHeld = false;
  /** How many bytes there were when the last line was asked for. */
  #searchedBytes = 0;

  constructor(private readonly parts: LogSearchParts) {
    this.#running.abort();
  }

  get query(): SearchQuery | undefined {
    return this.#query;
  }

  get found(): SearchedLog {
    return this.#found;
  }

  get isSearching(): boolean {
    return this.#isSearching;
  }

  /** Not all of the log was searched: `more` goes on. */
  get hasMore(): boolean {
    return this.#query !== undefined && !this.#found.isDone;
  }

  /** Some lines are so long that only their begin was searched. */
  get hasCutLines(): boolean {
    return this.#hasCutLines;
  }

  /** Why it has ended early: a sentence. What was found before remains. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * @param query an empty text, or undefined: the search is over
   * @param from the line where the reader is
   */
  search(query: SearchQuery | undefined, from = 1): void {
    this.#running.abort();
    this.#query = query?.text === '' ? undefined : query;
    this.#found = new SearchedLog(from);
    this.#failure = undefined;
    this.#hasCutLines = false;
    this.#isHeld = false;
    this.#isSearching = false;
    this.parts.onChanged();
    void this.more();
  }

  /**
   * Goes on behind what was searched: with the matches beyond a bound, or with lines that have arrived. Resolves when it is done.
   * @param wanted only this part
   */
  async more(wanted?: SearchPart, most = MAX_AT_ONCE): Promise<void> {
    const query = this.#query;
    if (query === undefined || this.#isSearching) return;
    const running = new AbortController();
    this.#running = running;
    this.#isSearching = true;
    this.#isHeld = false;
    this.#failure = undefined;
    const { ahead, before } = this.#found;
    if (this.parts.bytes() > this.#searchedBytes) ahead.isDone = false;
    try {
      for (const part of wanted === undefined ? [ahead, before] : [wanted])
        await this.#run(part, query, most, running.signal);
    } catch (error) {
      if (!running.signal.aborted) this.#failure = searchFailure(error);
    }
    if (running.signal.aborted) return;
    this.#isSearching = false;
    this.parts.onChanged();
  }

  /** Searches what has arrived since, if the rest was searched. */
  grown(): void {
    if (this.#query === undefined || this.#isSearching || this.#isHeld) return;
    if (this.parts.bytes() <= this.#searchedBytes) return;
    if (this.#found.count < MAX_BY_ITSELF) void this.more();
    else this.#hold();
  }

  /** There is more than was searched. */
  #hold(): void {
    this.#found.ahead.isDone = false;
    this.#isHeld = true;
    this.parts.onChanged();
  }

  /** Rows for the lines that were found, with so many others around each. */
  rows(context: number): RowMap {
    return this.#found.rows(context, this.parts.lines());
  }

  close(): void {
    this.#running.abort();
  }

  async #run(part: SearchPart, query: SearchQuery, most: number, signal: AbortSignal): Promise<void> {
    const limit = part.found.count + most;
    const perAnswer = most > MAX_AT_ONCE ? MOST_PER_ANSWER : PER_ANSWER;
    for (let failures = 0; !part.isDone; ) {
      const lines = this.parts.lines();
      if (part === this.#found.ahead) this.#searchedBytes = this.parts.bytes();
      const from = part.next;
      try {
        const next = await this.#answer(part, query, perAnswer, signal);
        part.isDone = next === undefined || next >= part.end;
        // The last line may have been unfinished.
        part.next = next ?? Math.min(part.end, Math.max(part.first, lines, part.found.last + 1));
        if (part.isDone || part.found.count < limit) continue;
        this.#isHeld = true;
        return;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        await this.#afterFailure(part, error, from, failures, signal);
      }
    }
  }

  /** Waits until the search can go on. @throws the error if it cannot */
  async #afterFailure(
    part: SearchPart,
    error: unknown,
    from: number,
    failures: number,
    signal: AbortSignal,
  ): Promise<void> {
    const stopped = stoppedAt(error, from);
    if (stopped !== undefined) part.next = stopped.next;
    const mayGoOn = stopped?.isWorthIt ?? (error instanceof ApiError && error.status === 429);
    if (!mayGoOn || failures >= MAX_ATTEMPTS) {
      this.#isHeld = stopped !== undefined || (error instanceof ApiError && !error.isTemporary);
      throw error;
    }
    if (stopped !== undefined) return;
    await pause((error instanceof ApiError ? error.retryAfterMs : undefined) ?? PAUSE_MS, signal);
    signal.throwIfAborted();
  }

  /** @returns the line to go on from, undefined if all of the part was searched */
  async #answer(
    part: SearchPart,
    { text, matchCase, isRegex }: SearchQuery,
    limit: number,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { send, id, onChanged } = this.parts;
    const path = pathOf(id, '/matches', {
      q: text,
      ignoreCase: matchCase ? undefined : true,
      regex: isRegex ? true : undefined,
      limit,
      line: part.next,
    });
    for await (const object of ndjsonOf<MatchObject>(await send(path, { signal }))) {
      signal.throwIfAborted();
      const { line, text: raw = '', at = [] } = object;
      if (line === undefined) return this.#end(object);
      if (line >= part.end) return undefined;
      part.found.add(line, () => matchColumns(raw, at));
      part.next = line + 1;
      onChanged();
    }
    throw new ApiError(0, 'unreachable', 'The connection was lost during the search');
  }

  #end({ cutLines = 0, next, error, code }: MatchObject): number | undefined {
    if (cutLines > 0) this.#hasCutLines = true;
    if (error === undefined) return next;
    throw new ApiError(code === 'search_too_costly' ? 422 : 500, code ?? 'unknown', error, { next });
  }
}
