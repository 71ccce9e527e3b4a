import { parseLogId } from '../../../core/log/log-id';
import type { ListQuery } from '../../../core/store/list-query';
import { statesOf } from '../../../core/store/list-query';
import { toTexts } from '../../../redis/resp/reply';
import { orderKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import type { CatalogueEntry, ReadPartitionPage } from './partition-merge';

const MS_DIGITS = 13;
const KEY_LENGTH = MS_DIGITS + 1 + 36;
/** How many spans without a match one script reads: it takes Redis about 0.2 ms. */
const SPANS_MAX = 64;

/** A partition has no index of names yet, or an outdated one. */
export class NotIndexedError extends Error {}

/** Reads every log. */
export function orderReader({ connections, retry }: RedisStoreContext): ReadPartitionPage {
  return async (partition, after, wanted) => {
    const max = after === undefined ? '+' : `(${after}`;
    const members = await retry(() =>
      connections.commands.zrevrangebylex(orderKey(partition), max, '-', 'LIMIT', 0, wanted),
    );
    const entries = members.map((member) =>
      toEntry(member.slice(KEY_LENGTH + 1), member.slice(0, KEY_LENGTH)),
    );
    const last = entries.at(-1);
    return { entries, ...(entries.length === wanted && last !== undefined && { cursor: last.key }) };
  };
}

/** Reads the logs that match the query, from the index of names. The returned function throws `NotIndexedError`. */
export function indexReader({ scripts, retry }: RedisStoreContext, query: ListQuery): ReadPartitionPage {
  const { prefix = '' } = query;
  return async (partition, after, wanted) => {
    const args = [firstSpan(after), prefix, wanted, SPANS_MAX, ...statesOf(query)];
    const reply = await retry(() => scripts.runOnPartition('find-by-name', partition, args));
    if (reply === null) throw new NotIndexedError();
    const [cursor = '', ...members] = toTexts(reply);
    const entries = members
      .map((member) => toEntry(member.slice(0, -KEY_LENGTH - 1), member.slice(-KEY_LENGTH)))
      .filter(({ key, id }) => (after === undefined || key < after) && id.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? 1 : -1));
    return { entries, ...(cursor !== '' && { cursor }) };
  };
}

/** The first span for `lua/find-by-name.lua`: that of a log, or, if `after` is the beginning of a span, the one before. */
function firstSpan(after: string | undefined): string {
  if (after === undefined) return '+inf';
  return after.length === MS_DIGITS ? `(${after}` : after.slice(0, MS_DIGITS);
}

function toEntry(id: string, key: string): CatalogueEntry {
  return { key, id: parseLogId(id) };
}
