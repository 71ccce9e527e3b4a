import type { LogInfo } from '../../core/log/log';
import type { SteadyClock } from '../../core/scheduling/steady-clock';
import { hasExpiredBy } from '../../core/state/expiry';
import type { LogFacts } from '../../core/state/facts';
import { isSealedBefore, sealedAt } from '../../core/state/transition';
import type { DueQuery } from '../../core/store/due-query';
import type { ListPage, ListQuery } from '../../core/store/list-query';
import { assertCursor, GENERATION_CURSOR, matchesQuery } from '../../core/store/list-query';
import type { LogCounts } from '../../core/store/store';

/** The page of a list that a query asks for. */
export function pageOf(logs: readonly LogInfo[], query: ListQuery): ListPage {
  const { limit, cursor } = query;
  assertCursor(query, GENERATION_CURSOR);
  const matching = logs
    .filter((info) => matchesQuery(info, query))
    .filter((info) => cursor === undefined || cursorOf(info) < cursor)
    .sort((a, b) => (cursorOf(a) > cursorOf(b) ? -1 : 1));
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  return { logs: page, ...(last !== undefined && matching.length > page.length && { next: cursorOf(last) }) };
}

/** The logs that are due, the most overdue first. */
export function dueOf(logs: readonly LogFacts[], query: DueQuery, clock: SteadyClock): readonly LogInfo[] {
  return logs
    .map((facts) => ({ facts, dueAt: dueAt(facts, query, clock) }))
    .filter(({ dueAt }) => dueAt !== undefined)
    .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
    .map(({ facts }) => facts.info);
}

/** `undefined` if the log is not due. */
function dueAt(facts: LogFacts, query: DueQuery, clock: SteadyClock): number | undefined {
  const { info, deadline } = facts;
  switch (query.kind) {
    case 'overdue':
      return deadline !== undefined && deadline <= query.now ? deadline : undefined;
    case 'sealed':
      return isSealedBefore(facts, query.before) ? sealedAt(facts) : undefined;
    case 'expired':
      return hasExpiredBy(clock, info, query.now) ? info.expiresAt : undefined;
  }
}

/** A generation sorts by its time of creation, so it is a position in the list even after its log is gone. */
function cursorOf(info: LogInfo): string {
  return info.generation;
}

export function countsOf(infos: readonly LogInfo[]): LogCounts {
  const counts = { open: 0, interrupted: 0, closed: 0 };
  for (const { state } of infos) counts[state] += 1;
  return counts;
}
