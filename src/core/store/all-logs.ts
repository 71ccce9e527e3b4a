import type { LogInfo } from '../log/log';
import type { ListQuery } from './list-query';
import type { LogStore } from './store';

/** Reads a list to its end and yields the logs of each page. @throws as `LogStore.list` */
export async function* allLogs(
  store: Pick<LogStore, 'list'>,
  query: ListQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly LogInfo[], void> {
  let { cursor } = query;
  do {
    const page = await store.list({ ...query, ...(cursor !== undefined && { cursor }) }, signal);
    yield page.logs;
    cursor = page.next;
  } while (cursor !== undefined);
}
