import type { Endpoint, Query } from '../wire/endpoint';
import { type LineMatch, parseLineMatch } from './line-match';
import { type SearchOptions, type SearchResult, type SearchTarget, search } from './search';

/** What a search finds. */
export interface MatchOptions extends SearchOptions {
  /** How many lines around each come with it. Default 0. */
  readonly context?: number;
  /** How many lines to find at most. Default: all. */
  readonly limit?: number;
  /** Goes on as lines arrive, until the stream ends. Only in one stream. */
  readonly follow?: boolean;
}

/** The most lines that one request finds. */
const PAGE_MAX = 10_000;

/** Yields the lines that match. After a lost connection it continues behind the last one. @throws LoomClientError; the signal's reason */
export function findMatches(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: MatchOptions,
): AsyncGenerator<LineMatch, void> {
  return search({ endpoint, target, q }, options, new FoundMatches(target, options));
}

/** Which matches were found, so that no other request yields them again. */
class FoundMatches implements SearchResult<LineMatch> {
  readonly #isMany: boolean;
  #line: number | undefined;
  #cursor: string | undefined;
  /** The streams whose matches came since the last cursor. All but the last are done. */
  readonly #seen = new Set<string>();
  #last: { readonly id: string; readonly line: number } | undefined;
  #found = 0;

  constructor(
    target: SearchTarget,
    private readonly options: MatchOptions,
  ) {
    this.#isMany = typeof target !== 'string';
    this.#line = options.line;
  }

  get query(): Query | undefined {
    const { limit = Number.POSITIVE_INFINITY, context, follow } = this.options;
    const left = Math.min(limit - this.#found, PAGE_MAX);
    if (left <= 0) return undefined;
    const from = this.#isMany ? { cursor: this.#cursor } : { line: this.#line };
    return { context: context || undefined, follow: follow || undefined, limit: left, ...from };
  }

  take(object: unknown): LineMatch | undefined {
    const match = parseLineMatch(object);
    if (match === undefined || !this.#isNew(match)) return undefined;
    this.#found += 1;
    return match;
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

  #isNew({ id = '', line }: LineMatch): boolean {
    if (!this.#isMany) {
      this.#line = line + 1;
      return true;
    }
    const isLast = this.#last?.id === id;
    if (isLast ? line <= (this.#last?.line ?? 0) : this.#seen.has(id)) return false;
    this.#seen.add(id);
    this.#last = { id, line };
    return true;
  }
}
