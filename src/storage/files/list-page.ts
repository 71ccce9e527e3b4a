import { LogError } from '../../core/errors';
import { hasExpired } from '../../core/expiry';
import { matchesQuery } from '../../core/list-query';
import type { LogInfo } from '../../core/log';
import type { ListPage, ListQuery } from '../../core/store';
import type { Facts } from './facts';
import type { KnownLogs } from './known-logs';

/**
 * How many logs a page may look at. Past it a filter that matches few returns what it has: at some 5 µs a log, all others would
 * wait too long for their turn.
 */
const SCAN_MAX = 2_000;

const CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A cursor is the generation of the last log looked at. It need not exist any more: its order is in its name.
 * @throws LogError `LOG_ID_INVALID` for a cursor that is no generation.
 */
export function listPage(facts: Facts, known: KnownLogs, query: ListQuery): ListPage {
  if (query.cursor !== undefined && !CURSOR.test(query.cursor)) {
    throw new LogError('LOG_ID_INVALID', 'The cursor is not one of a list');
  }
  const logs: LogInfo[] = [];
  const now = Date.now();
  let looked = 0;
  let last = query.cursor;
  for (const entry of facts.newestFirst(query.cursor, SCAN_MAX)) {
    if (matchesQuery(entry, query)) {
      // One more matches: only now is it sure that there is a next page.
      if (logs.length >= query.limit) return { logs, ...(last !== undefined && { next: last }) };
      const info = known.infoOf(entry.generation);
      if (info !== undefined && !hasExpired(info, now)) logs.push(info);
    }
    last = entry.generation;
    looked += 1;
  }
  return { logs, ...(looked === SCAN_MAX && last !== undefined && { next: last }) };
}
