import { ApiError } from '../shell/api-error';

/** Fewer lines in the time that the server allows: the expression is costly, not the log long. */
const MIN_LINES = 10_000;

/**
 * Where a search goes on that the server has ended because it took too long.
 * @param from the line at which it began
 * @returns undefined if it was something else
 */
export function stoppedAt(
  error: unknown,
  from: number,
): { readonly next: number; readonly isWorthIt: boolean } | undefined {
  if (!(error instanceof ApiError) || error.code !== 'search_too_costly') return undefined;
  const next = error.details['next'];
  if (typeof next !== 'number') return { next: from, isWorthIt: false };
  return { next, isWorthIt: next - from >= MIN_LINES };
}
