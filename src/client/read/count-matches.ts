import type { Endpoint, Query } from '../wire/endpoint';
import { memberOf } from '../wire/json';
import { parseStreamMatches, type StreamMatches } from './line-match';
import { type SearchOptions, type SearchResult, type SearchTarget, search } from './search';

/**
 * Yields how many lines match: of one stream in any case, of several those in which there are any. The matches are not transferred.
 * @throws LoomClientError; the signal's reason
 */
export function countMatches(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: SearchOptions,
): AsyncGenerator<StreamMatches, void> {
  return search({ endpoint, target, q }, options, new FoundCounts(target, options));
}

/** Which streams were counted, so that no other request yields them again. */
class FoundCounts implements SearchResult<StreamMatches> {
  readonly #known = new Set<string>();
  #cursor: string | undefined;

  constructor(
    private readonly target: SearchTarget,
    private readonly options: SearchOptions,
  ) {}

  get query(): Query {
    return { count: true, line: this.options.line, cursor: this.#cursor };
  }

  take(object: unknown): StreamMatches | undefined {
    const { target } = this;
    const counted = parseStreamMatches(object, typeof target === 'string' ? target : memberOf(object, 'id'));
    if (counted === undefined || this.#known.has(counted.id)) return undefined;
    this.#known.add(counted.id);
    return counted;
  }

  continueAt(next: string): void {
    this.#cursor = next;
    this.#known.clear();
  }
}
