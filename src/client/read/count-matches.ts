import type { Endpoint, Query } from '../wire/endpoint';
import { isClientError } from '../wire/errors';
import { parseSearchEnd, parseStreamMatches, type SearchEnd, type StreamMatches } from './line-match';
import type { MatchOptions, SearchTarget } from './match-options';
import { findMatches, parametersOf } from './matches';
import { type SearchProgress, searchAnswers } from './search-answers';

/** Which lines are counted. */
export type CountOptions = Omit<MatchOptions, 'context' | 'limit' | 'follow'>;

/**
 * Yields how many lines match: of one stream in any case, of several those in which there are any. The matches are not transferred.
 * @throws LoomClientError; the signal's reason
 */
export async function* countMatches(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: CountOptions,
): AsyncGenerator<StreamMatches, void> {
  try {
    yield* searchAnswers(endpoint, target, options, new CountProgress(target, q, options));
  } catch (error) {
    if (!lacksCounts(error)) throw error;
    yield* countFound(endpoint, target, q, options);
  }
}

/** Which streams were counted, so that none is yielded twice. */
class CountProgress implements SearchProgress<StreamMatches> {
  #cursor: string | undefined;
  /** Those since the last cursor. */
  readonly #known = new Set<string>();

  constructor(
    private readonly target: SearchTarget,
    private readonly q: string,
    private readonly options: CountOptions,
  ) {}

  nextQuery(): Query {
    const { line } = this.options;
    return { ...parametersOf(this.q, this.options), count: true, line, cursor: this.#cursor };
  }

  take(object: unknown): { readonly item?: StreamMatches | undefined; readonly end?: SearchEnd } {
    const end = parseSearchEnd(object);
    if (end.error !== undefined) return { end };
    const counted = parseStreamMatches(object, typeof this.target === 'string' ? this.target : end.id);
    const item = counted !== undefined && this.#isNew(counted) ? counted : undefined;
    return end.id === undefined ? { item, end } : { item };
  }

  continueAt(next: string): void {
    this.#cursor = next;
    this.#known.clear();
  }

  #isNew({ id }: StreamMatches): boolean {
    if (this.#known.has(id)) return false;
    this.#known.add(id);
    return true;
  }
}

/** An older server refuses the parameter. */
function lacksCounts(error: unknown): boolean {
  return (
    isClientError(error) &&
    error.answerCode === 'parameter_invalid' &&
    error.message.includes('no parameter "count"')
  );
}

/** Counts what is sent. */
async function* countFound(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: CountOptions,
): AsyncGenerator<StreamMatches, void> {
  const counts = new Map<string, number>(typeof target === 'string' ? [[target, 0]] : []);
  for await (const { id = typeof target === 'string' ? target : '' } of findMatches(
    endpoint,
    target,
    q,
    options,
  ))
    counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, matches] of counts) yield { id, matches };
}
