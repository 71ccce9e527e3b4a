import type { Connections } from '../../../redis/connections';
import { ALL_PARTITIONS, type Partition } from '../../../redis/partitions';
import { expiringKey, factsPrefix, overdueKey, partitionKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';

/** How many logs at once: the script holds up all others for as long as it takes. */
const BATCH = 100;

/**
 * Lets the grace of all logs without a writer start anew. While no node was there, or Redis itself was not, no producer could
 * have come back.
 */
export async function extendDeadlines({ commands }: Connections): Promise<void> {
  await inBatches(commands, overdueKey, (partition, ids) =>
    runLogScript(commands, 'extend-deadlines', [overdueKey(partition), factsPrefix(partition)], ids),
  );
}

/**
 * The time in which no node had a lease does not count for logs that expire when idle. It may be none at all: the clock of the Redis host
 * was set forward.
 */
export async function extendExpiries({ commands }: Connections, missedMs: number): Promise<void> {
  if (missedMs === 0) return;
  await inBatches(commands, expiringKey, (partition, ids) =>
    runLogScript(commands, 'extend-expiries', partitionKeys(partition), ['', '', '', '', missedMs, ...ids]),
  );
}

async function inBatches(
  commands: Connections['commands'],
  keyOf: (partition: Partition) => string,
  run: (partition: Partition, ids: readonly string[]) => Promise<unknown>,
): Promise<void> {
  for (const partition of ALL_PARTITIONS) {
    for (let cursor = '0'; ; ) {
      const [next, flat] = await commands.zscan(keyOf(partition), cursor, 'COUNT', BATCH);
      const ids = flat.filter((_, i) => i % 2 === 0);
      // A small set comes whole, whatever the count.
      for (let from = 0; from < ids.length; from += BATCH)
        await run(partition, ids.slice(from, from + BATCH));
      if (next === '0') break;
      cursor = next;
    }
  }
}
