import { stat } from 'node:fs/promises';
import { LogError } from '../../core/log/errors';
import { DamagedDatabase } from '../../lmdb/damaged-database';
import { storeFailure } from '../../lmdb/failures';
import { verifyDatabase } from '../../lmdb/verify-database';
import { undefinedIfMissing } from './disk/failures';
import type { Layout } from './disk/layout';
import { FactsDatabase } from './facts/facts-database';
import { FactsReserve } from './facts/facts-reserve';
import type { FilesStoreOptions } from './options';
import { assertFactsMatchFiles } from './startup/assert-facts-match';
import { removeCleanShutdownMark } from './startup/clean-shutdown';
import type { DirectoryLock } from './startup/directory-lock';
import { NO_FACTS, takeInventory } from './startup/inventory';

/** Opens the facts, which LMDB creates if there are none. They are locked and checked before. @throws LogError `STORE_DAMAGED` */
export async function openFacts(
  layout: Layout,
  lock: DirectoryLock,
  { durability, spanLogs }: Pick<FilesStoreOptions, 'durability' | 'spanLogs'>,
): Promise<FactsDatabase> {
  const found = await stat(layout.facts).catch(undefinedIfMissing);
  if (found === undefined || found.size === 0) {
    assertFactsMatchFiles(layout, await takeInventory(layout, NO_FACTS), found ? 'empty' : 'missing');
    await FactsReserve.assertForNewStore(layout);
    // The mark is about the facts that are missing: new ones would count as older than these.
    await removeCleanShutdownMark(layout);
  }
  await lock.add(layout.facts);
  await verifyDatabase(layout.facts).catch((cause) => {
    throw cause instanceof DamagedDatabase ? damagedFacts(layout, cause.message, cause) : cause;
  });
  try {
    return new FactsDatabase(layout.facts, durability === 'always', spanLogs);
  } catch (error) {
    throw storeFailure(`Opening ${layout.facts}`, error);
  }
}

function damagedFacts({ facts, recoverCommand }: Layout, why: string, cause?: unknown): LogError {
  const message = `${facts} is damaged: ${why}. Nothing was changed. ${recoverCommand} brings the streams back`;
  return new LogError('STORE_DAMAGED', message, { cause });
}
