import type { LogState } from '../log/log';
import type { ListQuery } from './store';

const LIVE: readonly LogState[] = ['open', 'interrupted'];
const ALL: readonly LogState[] = [...LIVE, 'closed'];

/** The states of the logs that a query asks for. */
export function statesOf({ state }: ListQuery): readonly LogState[] {
  if (state === undefined) return ALL;
  return state === 'live' ? LIVE : [state];
}

export function matchesQuery(
  { id, state }: { readonly id: string; readonly state: LogState },
  query: ListQuery,
): boolean {
  return id.startsWith(query.prefix ?? '') && statesOf(query).includes(state);
}
