import { ApiError } from '../shell/api-error';

/** Why a search has failed, for a person. */
export function searchFailure(error: unknown): string {
  if (!(error instanceof ApiError)) return 'The connection was lost during the search';
  if (error.status === 422) return 'This expression takes the server too long: a simpler one may work';
  if (error.status === 429) return 'The server is busy with other searches';
  return error.message;
}

/** `3 of 17`, `17 matches`, `no match`. @param at the number of the current match, 0 if there is none */
export function countWords(at: number, count: number, hasMore: boolean): string {
  if (count === 0) return hasMore ? 'no match yet' : 'no match';
  const total = `${count.toLocaleString('en')}${hasMore ? '+' : ''}`;
  if (at > 0) return `${at.toLocaleString('en')} of ${total}`;
  return total === '1' ? '1 match' : `${total} matches`;
}
