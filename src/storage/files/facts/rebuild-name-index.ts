import { setImmediate as turn } from 'node:timers/promises';
import type { FactsDatabase } from './facts-database';
import type { FactsReserve } from './facts-reserve';

/** Small enough that no transaction needs more room than is kept for one. */
const BATCH = 1_024;

/**
 * Makes the index of names, where an earlier version has left none, and anew where many logs were removed since. A start that ends in the
 * middle leaves the work to the next one.
 */
export async function rebuildNameIndex(facts: FactsDatabase, reserve: FactsReserve): Promise<void> {
  if (facts.isIndexed) return;
  await reserve.write('change', () => facts.noteIndexed(false));
  await facts.nameIndex.clear();
  for (let after: string | undefined; ; ) {
    const batch = facts.oldestFirst(after, BATCH);
    await reserve.write('change', () =>
      facts.commit(() => {
        // Where an entry has no id, nothing of the log can be read.
        for (const { id, ...entry } of batch) if (id !== '') facts.nameIndex.add({ id, ...entry });
      }),
    );
    if (batch.length < BATCH) break;
    after = batch.at(-1)?.generation;
    await turn();
  }
  await reserve.write('change', () => facts.noteIndexed(true));
}
