import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { START } from '../../../core/log/offset';
import type { FactsDatabase } from '../facts/facts-database';
import type { StoredFacts } from '../facts/stored-facts';
import { cachedLog } from './log-cache';
import type { LogIndex } from './log-index';

/** Removes the log of an id whose record cannot be read, and its index entries, under the mutex. @returns whether there was one */
export async function purge(index: LogIndex, id: LogId): Promise<boolean> {
  const { facts } = index.context;
  const generation = await generationOf(facts, id);
  if (generation === undefined || isReadable(index, id, generation)) return false;
  const log = cachedLog(await reconstructed(facts, id, generation));
  await index.remove(log, { kind: 'deleted' });
  return true;
}

async function generationOf(facts: FactsDatabase, id: LogId): Promise<string | undefined> {
  try {
    return facts.generationOf(id);
  } catch (error) {
    if (!isLogError(error, 'STORE_DAMAGED')) throw error;
    return facts.searchGenerationOf(id);
  }
}

function isReadable(index: LogIndex, id: LogId, generation: string): boolean {
  try {
    return (
      index.context.facts.generationOf(id) !== undefined && index.cache.find({ id, generation }) !== undefined
    );
  } catch (error) {
    if (!isLogError(error, 'STORE_DAMAGED')) throw error;
    return false;
  }
}

/** Facts with no more than where they are indexed. `producers` is 1, so that states are removed, too. */
async function reconstructed(facts: FactsDatabase, id: LogId, generation: string): Promise<StoredFacts> {
  const { overdue, sealed, expired } = await facts.timeIndex.find(generation);
  const isSealed = sealed !== undefined;
  const info: LogInfo = {
    id,
    generation,
    ...(isSealed ? { state: 'closed', outcome: { kind: 'complete' } } : { state: 'open' }),
    tail: START,
    epoch: 0,
    contentType: '',
    createdAt: 0,
    updatedAt: sealed ?? 0,
    ...(expired !== undefined && { expiresAt: expired }),
  };
  return { info, ...(overdue !== undefined && { deadline: overdue }), producers: 1 };
}
