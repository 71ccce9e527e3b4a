import { Backoff, type BackoffOptions } from '../wire/backoff';
import type { ConnectionEvent } from '../wire/connection-event';
import type { Endpoint, Query } from '../wire/endpoint';
import { isRetryable, LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';
import { assertNdjson, NdjsonSplitter } from '../wire/ndjson';
import { asOlderServer } from '../wire/older-server';
import { type LineMatch, parseLineMatch, parseSearchEnd, type SearchEnd } from './line-match';

/** What a search finds. */
export interface MatchOptions extends BackoffOptions {
  readonly ignoreCase?: boolean;
  /** The text is a regular expression of JavaScript. */
  readonly regex?: boolean;
  /** Finds the lines that do not match. */
  readonly invert?: boolean;
  /** How many lines around each come with it. Default 0. */
  readonly context?: number;
  /** How many lines to find at most. Default: all. */
  readonly limit?: number;
  /** The first line to search. Only in one stream. */
  readonly line?: number;
  /** Goes on as lines arrive, until the stream ends. Only in one stream. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** A connection without data is renewed after this time. Default 120,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: ConnectionEvent) => void;
  /** Called for a stream that cannot be searched, among several. Default: the search ends with the error. */
  readonly onUnreadable?: (id: string, failure: LoomClientError) => void;
}

/** One stream by its id, or all that begin with a prefix. */
export type SearchTarget = string | { readonly prefix: string };

/** The most lines that one request finds. */
const PAGE_MAX = 10_000;

/** Yields the lines that match. After a lost connection it continues behind the last one. @throws LoomClientError; the signal's reason */
export async function* findMatches(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: MatchOptions,
): AsyncGenerator<LineMatch, void> {
  const { signal = new AbortController().signal, limit = Number.POSITIVE_INFINITY, onEvent } = options;
  const backoff = new Backoff(options);
  const progress = new SearchProgress(target, options);
  let failing = false;
  while (progress.found < limit) {
    try {
      const left = Math.min(limit - progress.found, PAGE_MAX);
      const url = urlOf(endpoint, target, { ...parametersOf(q, options), limit: left, ...progress.query });
      const end = yield* answer(endpoint, url, options, progress, () => {
        backoff.succeeded();
        if (failing) onEvent?.({ kind: 'resumed' });
        failing = false;
      });
      if (end === 'silent') continue;
      if (end.error !== undefined) throw new LoomClientError('REFUSED', end.error);
      if (end.next === undefined) return;
      progress.continueAt(end.next);
    } catch (error) {
      signal.throwIfAborted();
      if (!isRetryable(error)) throw asOlderServer(error, 'searches');
      failing = true;
      onEvent?.({ kind: 'retrying', failure: error });
      await backoff.wait(error, signal);
    }
  }
}

/** Yields the new matches of one answer. */
async function* answer(
  endpoint: Endpoint,
  url: URL,
  { signal, silenceMs = 120_000, onUnreadable }: MatchOptions,
  progress: SearchProgress,
  opened: () => void,
): AsyncGenerator<LineMatch, SearchEnd | 'silent'> {
  const json = new NdjsonSplitter();
  const onOpen = (headers: Headers): void => {
    assertNdjson(headers, 'searches');
    opened();
  };
  const pieces = liveBody(endpoint, url, { signal, silenceMs, onOpen });
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      if (done && value === 'silent') return 'silent';
      if (done) throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
      for (const object of json.push(value)) {
        const match = parseLineMatch(object);
        if (match === undefined) {
          const end = parseSearchEnd(object);
          if (end.id === undefined) return end;
          const failure = new LoomClientError('BYTES_LOST', end.error);
          if (onUnreadable === undefined) throw failure;
          onUnreadable(end.id, failure);
        } else if (progress.take(match)) {
          yield match;
        }
      }
    }
  } finally {
    // Closes the connection if the caller stops early.
    await pieces.return('ended');
  }
}

/** Which matches were found, so that no other request yields them again. */
class SearchProgress {
  readonly #isMany: boolean;
  #line: number | undefined;
  #cursor: string | undefined;
  /** The streams whose matches came since the last cursor. All but the last are done. */
  readonly #seen = new Set<string>();
  #last: { readonly id: string; readonly line: number } | undefined;
  #found = 0;

  constructor(target: SearchTarget, { line }: MatchOptions) {
    this.#isMany = typeof target !== 'string';
    this.#line = line;
  }

  get found(): number {
    return this.#found;
  }

  get query(): Query {
    return this.#isMany ? { cursor: this.#cursor } : { line: this.#line };
  }

  /** @returns whether the match is new */
  take({ id = '', line }: LineMatch): boolean {
    if (this.#isMany) {
      const isLast = this.#last?.id === id;
      if (isLast ? line <= (this.#last?.line ?? 0) : this.#seen.has(id)) return false;
      this.#seen.add(id);
      this.#last = { id, line };
    } else {
      this.#line = line + 1;
    }
    this.#found += 1;
    return true;
  }

  continueAt(next: string): void {
    if (!this.#isMany) {
      this.#line = Number(next);
      return;
    }
    this.#cursor = next;
    // The first stream behind the cursor may be the last one before it.
    this.#seen.clear();
  }
}

export function urlOf(endpoint: Endpoint, target: SearchTarget, query: Query): URL {
  return typeof target === 'string'
    ? endpoint.below(target, 'matches', query)
    : endpoint.url('/matches', { prefix: target.prefix, ...query });
}

export function parametersOf(q: string, { ignoreCase, regex, invert, context, follow }: MatchOptions): Query {
  return {
    q,
    ignoreCase: ignoreCase ? true : undefined,
    regex: regex ? true : undefined,
    invert: invert ? true : undefined,
    context: context === 0 ? undefined : context,
    follow: follow ? true : undefined,
  };
}
