import { ALL_PARTITIONS, type Partition } from '../../../redis/partitions';
import { expiringKey, factsPrefix, overdueKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';

type Context = Pick<RedisStoreContext, 'connections' | 'scripts'>;

/** How many logs one script changes: Redis runs nothing else meanwhile. */
const BATCH = 100;

/** Restarts the grace of logs without a writer: while no node was running, or Redis was away, no producer could come back. */
export async function extendDeadlines(context: Context): Promise<void> {
  await inBatches(context, overdueKey, (partition, ids) =>
    context.scripts.run('extend-deadlines', [overdueKey(partition), factsPrefix(partition)], ids),
  );
}

/** Adds the time without a lease of any node to idle expiries. It may be no time, if the clock of the Redis host was set forward. */
export async function extendExpiries(context: Context, missedMs: number): Promise<void> {
  if (missedMs === 0) return;
  await inBatches(context, expiringKey, (partition, ids) =>
    context.scripts.runOnPartition('extend-expiries', partition, [missedMs, ...ids]),
  );
}

async function inBatches(
  { connections: { commands } }: Context,
  keyOf: (partition: Partition) => string,
  run: (partition: Partition, ids: readonly string[]) => Promise<unknown>,
): Promise<void> {
  for (const partition of ALL_PARTITIONS) {
    for (let cursor = '0'; ; ) {
      const [next, flat] = await commands.zscan(keyOf(partition), cursor, 'COUNT', BATCH);
      const ids = flat.filter((_, i) => i % 2 === 0);
      // Redis returns a small set whole, whatever the count.
      for (let from = 0; from < ids.length; from += BATCH)
        await run(partition, ids.slice(from, from + BATCH));
      if (next === '0') break;
      cursor = next;
    }
  }
}
