import type { LogInfo } from '../../../core/log/log';
import { TimeSlices } from '../../../core/scheduling/time-slices';
import type { ListPage, ListQuery } from '../../../core/store/list-query';
import { assertCursor, GENERATION_CURSOR, matchesQuery } from '../../../core/store/list-query';
import type { FactsDatabase } from '../facts/facts-database';
import type { NameIndexSlice } from '../facts/name-index';
import type { LogIndex } from './log-index';

/** How many logs that expired or changed since they were indexed a page skips before it returns early. */
const DROPPED_MAX = 2_000;

/** Reads a page. A cursor is the last generation looked at, which may be gone. @throws LogError `LOG_ID_INVALID`; the signal's reason */
export async function listPage(index: LogIndex, query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
  signal?.throwIfAborted();
  assertCursor(query, GENERATION_CURSOR);
  const slices = new TimeSlices(signal);
  const logs: LogInfo[] = [];
  const { facts } = index.context;
  let last = query.cursor;
  let dropped = 0;
  for (let rest = query.cursor; dropped < DROPPED_MAX; ) {
    const slice = readSlice(facts, query, rest, slices);
    for (const generation of slice.generations) {
      if (slices.isOver) await slices.next();
      const info = index.cache.infoOf(generation);
      if (info !== undefined && matchesQuery(info, query) && !index.hasExpired(info)) {
        // One more log matches: there is a next page.
        if (logs.length === query.limit) return { logs, ...(last !== undefined && { next: last }) };
        logs.push(info);
      } else dropped += 1;
      last = generation;
    }
    if (slice.rest === undefined) return { logs };
    if (slices.isOver) await slices.next();
    rest = slice.rest;
  }
  return { logs, ...(last !== undefined && { next: last }) };
}

/** Reads as much as the rest of the time slice allows. */
function readSlice(
  facts: FactsDatabase,
  query: ListQuery,
  after: string | undefined,
  slices: TimeSlices,
): NameIndexSlice {
  const { prefix = '', state, limit } = query;
  if (prefix !== '' || state !== undefined)
    return facts.nameIndex.newestFirst(query, after, () => slices.isOver);
  const generations = facts.newestFirst(after, limit + 1);
  const last = generations.at(-1);
  return { generations, ...(generations.length > limit && last !== undefined && { rest: last }) };
}
