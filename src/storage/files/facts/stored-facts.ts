import type { LogFacts, ProducerState } from '../../../core/state/facts';
import type { ForkRefStep } from './fork-refs';

/**
 * The facts of a log as they are stored. While a producer appends, the tail and `updatedAt` in here lag behind: an append does not
 * touch them, and after a crash the tail is where the file ends. After commits it is the other way round: they are stored with each,
 * and what a crash left in the file beyond their tail was never acknowledged.
 */
export interface StoredFacts extends LogFacts {
  /** The tail in here is the truth, and not the length of the file. */
  readonly isExact?: true;
}

/** The same facts of a log whose file is about to get ahead of them. */
export function inexact({ isExact: _, ...facts }: StoredFacts): StoredFacts {
  return facts;
}

/** One log's part in a transaction: made without `before`, gone without `after`. `before` is exactly what is stored. */
export interface FactsChange {
  readonly before?: StoredFacts;
  readonly after?: StoredFacts;
  /** By name: what of the states of its producers changes with the log. */
  readonly producers?: ReadonlyMap<string, ProducerState>;
  readonly forkRefs?: readonly ForkRefStep[];
  /** So many bytes of the log are on the disk. */
  readonly synced?: number;
}

/** How many more ids are taken after a step. */
export function idsAdded({ before, after, forkRefs = [] }: FactsChange): number {
  const retired = forkRefs.reduce(
    (sum, { kind }) => sum + Number(kind === 'retire') - Number(kind === 'free'),
    0,
  );
  return Number(!before) - Number(!after) + retired;
}
