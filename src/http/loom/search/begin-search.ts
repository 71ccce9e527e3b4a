import type { LineMatcher } from '../../../core/search/line-matcher';
import { ExpressionInvalid, SearchTooCostly } from '../../../core/search/search-errors';
import type { LineQuery, Searches } from '../../../core/search/searches';
import { RequestError } from '../../errors/request-error';
import type { WireContext } from '../../front/wire';

/** A search that has a place among those that scan stored bytes. */
export interface BegunSearch {
  readonly matcher: LineMatcher;
  /** Gives the place back. It may be called again. */
  leave(): void;
}

/** Takes a place among the searches. @returns gives it back @throws RequestError `SEARCHES_TOO_MANY` */
export function enterSearches(searches: Searches): () => void {
  const leave = searches.enter();
  if (leave !== undefined) return leave;
  throw new RequestError('SEARCHES_TOO_MANY', 'The server runs as many searches as it may at once', {
    'Retry-After': '1',
  });
}

/** @throws RequestError `SEARCHES_TOO_MANY`, `PARAMETER_INVALID`, `SEARCH_TOO_COSTLY`; the signal's reason */
export async function beginSearch(
  { searches }: WireContext,
  query: LineQuery,
  signal: AbortSignal,
): Promise<BegunSearch> {
  const leave = enterSearches(searches);
  try {
    return { matcher: await searches.matcherOf(query, signal), leave };
  } catch (error) {
    leave();
    throw asSearchError(error);
  }
}

/** @param next the line, or the cursor, to go on from */
export function asSearchError(error: unknown, next?: number | string): unknown {
  if (error instanceof ExpressionInvalid)
    return new RequestError('PARAMETER_INVALID', `q is not a regular expression: ${error.message}`);
  if (error instanceof SearchTooCostly)
    return new RequestError(
      'SEARCH_TOO_COSTLY',
      `The search was ended: ${error.message}`,
      {},
      { ...(next !== undefined && { next }) },
    );
  return error;
}
