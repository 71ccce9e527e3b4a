import { batchesOf } from '../../../core/bytes/batches-of';
import { messageOf } from '../../../core/log/errors';
import type { Offset } from '../../../core/log/offset';
import type { Warn } from '../../../core/store/warnings';
import type { FactsDatabase } from './facts-database';
import type { FactsReserve } from './facts-reserve';

/** So that no transaction exceeds the disk reserve or delays others for long. */
const BATCH = 256;

/** Stores up to where logs are synced. Never throws: what is not stored counts as not synced until the next sync. */
export async function recordSyncedLengths(
  { facts, reserve, warn }: { facts: FactsDatabase; reserve: FactsReserve; warn: Warn },
  ends: ReadonlyMap<string, Offset>,
): Promise<void> {
  try {
    for (const batch of batchesOf([...ends], BATCH)) {
      await reserve.write('change', () => facts.commit(() => note(facts, batch)));
    }
  } catch (error) {
    warn(`Storing how much was synced failed: ${messageOf(error)}`, { error });
  }
}

/** Only of open logs: a sealed one takes no more bytes that could be lost. */
function note(facts: FactsDatabase, ends: readonly (readonly [generation: string, end: Offset])[]): void {
  for (const [generation, end] of ends) if (facts.isUnsealed(generation)) facts.lengths.note(generation, end);
}
