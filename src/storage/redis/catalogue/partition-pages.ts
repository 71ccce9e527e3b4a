import { parseLogId } from '../../../core/log/log-id';
import { statesOf } from '../../../core/store/list-query';
import type { ListQuery } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import type { Retry } from '../../../redis/failures/retry';
import { toTexts } from '../../../redis/resp/reply';
import { orderKey, partitionKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { CatalogueEntry, ReadPartitionPage } from './partition-merge';

const MS_DIGITS = 13;
const KEY_LENGTH = MS_DIGITS + 1 + 36;
/** How many spans one script looks at where it finds nothing: some 0.2 ms of Redis. */
const SPANS_MAX = 64;

/** A partition has no index of names yet, or an outdated one. */
export class NotIndexedError extends Error {}

/** Reads every log. */
export function orderReader({ commands }: Connections, quickly: Retry): ReadPartitionPage {
  return async (partition, after, wanted) => {
    const max = after === undefined ? '+' : `(${after}`;
    const members = await quickly(() =>
      commands.zrevrangebylex(orderKey(partition), max, '-', 'LIMIT', 0, wanted),
    );
    const entries = members.map((member) =>
      toPlace(member.slice(KEY_LENGTH + 1), member.slice(0, KEY_LENGTH)),
    );
    const last = entries.at(-1);
    return { entries, ...(entries.length === wanted && last !== undefined && { cursor: last.key }) };
  };
}

/** Reads what matches the query, from the index of names. It throws `NotIndexed`. */
export function indexReader({ commands }: Connections, quickly: Retry, query: ListQuery): ReadPartitionPage {
  const { prefix = '' } = query;
  return async (partition, after, wanted) => {
    const args = ['', '', '', '', fromOf(after), prefix, wanted, SPANS_MAX, ...statesOf(query)];
    const reply = await quickly(() => runLogScript(commands, 'find-by-name', partitionKeys(partition), args));
    if (reply === null) throw new NotIndexedError();
    const [cursor = '', ...entries] = toTexts(reply);
    const places = entries
      .map((entry) => toPlace(entry.slice(0, -KEY_LENGTH - 1), entry.slice(-KEY_LENGTH)))
      .filter(({ key, id }) => (after === undefined || key < after) && id.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? 1 : -1));
    return { entries: places, ...(cursor !== '' && { cursor }) };
  };
}

/** A cursor is in the middle of a span; where a span begins, the one before it goes on. */
function fromOf(after: string | undefined): string {
  if (after === undefined) return '+inf';
  return after.length === MS_DIGITS ? `(${after}` : after.slice(0, MS_DIGITS);
}

function toPlace(id: string, key: string): CatalogueEntry {
  return { key, id: parseLogId(id) };
}
