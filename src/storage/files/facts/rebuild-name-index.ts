import type { FactsDatabase } from './facts-database';
import type { FactsReserve } from './facts-reserve';

/** So that no transaction exceeds the disk reserve. */
const BATCH = 1_024;

/** Builds the index of names if there is none, and again after many removals. The next start continues an interrupted build. */
export async function rebuildNameIndex(facts: FactsDatabase, reserve: FactsReserve): Promise<void> {
  if (facts.isIndexed) return;
  await reserve.write('change', () => facts.noteIndexed(false));
  await facts.nameIndex.clear();
  for await (const batch of facts.oldestFirst(BATCH)) {
    await reserve.write('change', () =>
      facts.commit(() => {
        // An entry without an id is of a log whose record cannot be read.
        for (const { id, ...entry } of batch) if (id !== '') facts.nameIndex.add({ id, ...entry });
      }),
    );
  }
  await reserve.write('change', () => facts.noteIndexed(true));
}
