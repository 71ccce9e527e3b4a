import { catchLogError } from '../../../core/log/errors';
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
  const search = () => facts.searchGenerationOf(id);
  const generation = await catchLogError('STORE_DAMAGED', () => facts.generationOf(id), search);
  if (generation === undefined || isReadable(index, id, generation)) return false;
  const log = cachedLog(await reconstructed(facts, id, generation));
  await index.remove(log, { kind: 'deleted' });
  return true;
}

function isReadable(index: LogIndex, id: LogId, generation: string): boolean {
  const isFound = (): boolean =>
    index.context.facts.generationOf(id) !== undefined && index.cache.find({ id, generation }) !== undefined;
  return catchLogError('STORE_DAMAGED', isFound, () => false);
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
