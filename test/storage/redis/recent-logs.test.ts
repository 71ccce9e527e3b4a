import type { LogRef } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import { RecentLogs } from '../../../src/storage/redis/read/recent-logs';

const RECENT_MAX = 10_000;

function logOf(id: string, generation: string): LogRef {
  return { id: parseLogId(id), generation };
}

it('a full RecentLogs forgets the least recently used log, also by its id', () => {
  const recent = new RecentLogs();
  const logs = Array.from({ length: RECENT_MAX + 1 }, (_, i) => logOf(`log-${i}`, `generation-${i}`));
  const [first, second, last] = [logs[0], logs[1], logs[RECENT_MAX]];
  if (first === undefined || second === undefined || last === undefined)
    throw new Error('there are too few logs');
  for (const log of logs.slice(0, -1)) recent.use(log);
  recent.use(first);
  // `get` does not count as a use.
  recent.get(second);
  recent.use(last);
  expect(recent.get(first)).toBeDefined();
  expect([recent.get(second), recent.findById(second.id)]).toEqual([undefined, undefined]);
  expect(recent.newestFirst().slice(0, 2)).toMatchObject([{ log: last }, { log: first }]);
});

it('RecentLogs finds the newest generation of an id, even after an older one was forgotten', () => {
  const recent = new RecentLogs();
  const [older, newer] = [logOf('log', 'generation-1'), logOf('log', 'generation-2')];
  recent.use(newer);
  recent.use(older);
  expect(recent.findById(newer.id)?.log).toEqual(newer);
  recent.forget(older);
  expect(recent.findById(newer.id)?.log).toEqual(newer);
  recent.forget(newer);
  expect(recent.findById(newer.id)).toBeUndefined();
});
