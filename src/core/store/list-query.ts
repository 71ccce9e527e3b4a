import { LogError } from '../log/errors';
import type { LogInfo, LogState } from '../log/log';

/** Which logs a list returns, and which page of them. */
export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
  /** Only logs whose id starts so. */
  readonly prefix?: string;
  /** `live`: open or interrupted. */
  readonly state?: LogState | 'live';
}

/** One page of a list; `next` is the cursor of the following one. */
export interface ListPage {
  readonly logs: readonly LogInfo[];
  readonly next?: string;
}

const LIVE: readonly LogState[] = ['open', 'interrupted'];
const ALL: readonly LogState[] = [...LIVE, 'closed'];

/** Cursors of a store that sorts its lists by generation. */
export const GENERATION_CURSOR = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** @throws LogError `LOG_ID_INVALID` when the cursor is not of the form that the store's pages return */
export function assertCursor({ cursor }: ListQuery, form: RegExp): void {
  if (cursor !== undefined && !form.test(cursor))
    throw new LogError('LOG_ID_INVALID', 'cursor is not one that a list returned');
}

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
