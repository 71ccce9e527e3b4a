import { open } from 'node:fs/promises';
import { catchLogError } from '../../../core/log/errors';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import { factsEntry, formatEntry } from '../journal/journal-entry';

const BATCH = 256;

/**
 * Writes the journal of a copied store from its facts. That of the store itself is newer than they are: a start would refuse them as
 * outdated. @returns its path
 */
export async function writeJournal(layout: Layout, facts: FactsDatabase): Promise<string> {
  const path = layout.journalOf(facts.storeMeta.journalNumber);
  const file = await open(path, 'wx', PRIVATE_FILE);
  try {
    for await (const batch of facts.oldestFirst(BATCH)) {
      const lines = batch.flatMap(({ generation }) => {
        const known = catchLogError(
          'STORE_DAMAGED',
          () => facts.get(generation),
          () => undefined,
        );
        return known === undefined ? [] : formatEntry(factsEntry(known));
      });
      await file.appendFile(lines.join(''));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}
