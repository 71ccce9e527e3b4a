import type { Endpoint, Query } from '../wire/endpoint';
import { type LineMatch, parseLineMatch, parseSearchEnd, type SearchEnd } from './line-match';
import type { MatchOptions, SearchTarget } from './match-options';
import { type SearchProgress, searchAnswers } from './search-answers';

/** The most lines that one request finds. */
const PAGE_MAX = 10_000;

/** Yields the lines that match. After a lost connection it continues behind the last one. @throws LoomClientError; the signal's reason */
export async function* findMatches(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: MatchOptions,
): AsyncGenerator<LineMatch, void> {
  yield* searchAnswers(endpoint, target, options, new MatchProgress(target, q, options));
}

/** Which matches were found, so that no other request yields them again. */
class MatchProgress implements SearchProgress<LineMatch> {
  readonly #isMany: boolean;
  #line: number | undefined;
  #cursor: string | undefined;
  /** The streams whose matches came since the last cursor. All but the last are done. */
  readonly #seen = new Set<string>();
  #last: { readonly id: string; readonly line: number } | undefined;
  #found = 0;

  constructor(
    target: SearchTarget,
    private readonly q: string,
    private readonly options: MatchOptions,
  ) {
    this.#isMany = typeof target !== 'string';
    this.#line = options.line;
  }

  nextQuery(): Query | undefined {
    const { limit: most = Number.POSITIVE_INFINITY } = this.options;
    const limit = Math.min(most - this.#found, PAGE_MAX);
    if (limit <= 0) return undefined;
    const from = this.#isMany ? { cursor: this.#cursor } : { line: this.#line };
    return { ...parametersOf(this.q, this.options), limit, ...from };
  }

  take(object: unknown): { readonly item?: LineMatch; readonly end?: SearchEnd } {
    const match = parseLineMatch(object);
    if (match === undefined) return { end: parseSearchEnd(object) };
    return this.#isNew(match) ? { item: match } : {};
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
