import type { Connections } from './connect';
import { ALL_PARTITIONS, factsPrefix, overdueKey } from './keys';
import { runScript } from './scripts';

/** How many logs at once: the script holds up all others for as long as it takes. */
const BATCH = 100;

/**
 * Lets the grace of all logs without a writer start anew. While no node was there, or Redis itself was not, no producer could
 * have come back.
 */
export async function putOffDeadlines({ commands }: Connections): Promise<void> {
  for (const partition of ALL_PARTITIONS) {
    const key = overdueKey(partition);
    for (let cursor = '0'; ; ) {
      const [next, flat] = await commands.zscan(key, cursor, 'COUNT', BATCH);
      const ids = flat.filter((_, i) => i % 2 === 0);
      // A small set comes whole, whatever the count.
      for (let from = 0; from < ids.length; from += BATCH)
        await runScript(commands, 'put-off', [key, factsPrefix(partition)], ids.slice(from, from + BATCH));
      if (next === '0') break;
      cursor = next;
    }
  }
}
