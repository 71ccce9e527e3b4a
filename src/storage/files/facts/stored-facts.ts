import type { LogFacts, ProducerState } from '../../../core/state/facts';
import type { ForkRefStep } from './fork-refs';

/**
 * The facts of a log as stored. While a producer appends, the tail and `updatedAt` lag behind, because an append does not touch them:
 * after a crash the tail is where the file ends. A commit stores them with its bytes: what a crash leaves in the file beyond this tail
 * was never acknowledged.
 */
export interface StoredFacts extends LogFacts {
  /** This tail counts, not the length of the file. */
  readonly isExact?: true;
}

/** The facts of a log whose file is about to get ahead of them. */
export function inexact({ isExact: _, ...facts }: StoredFacts): StoredFacts {
  return facts;
}

/** One log's part in a transaction: created if `before` is absent, removed if `after` is. `before` is exactly what is stored. */
export interface FactsChange {
  readonly before?: StoredFacts;
  readonly after?: StoredFacts;
  /** The changed states of its producers, by name. */
  readonly producers?: ReadonlyMap<string, ProducerState>;
  readonly forkRefs?: readonly ForkRefStep[];
  /** How many bytes of the log are on the disk. */
  readonly synced?: number;
}

/** How many ids a step adds to those that are taken. */
export function idsAdded({ before, after, forkRefs = [] }: FactsChange): number {
  const retired = forkRefs.reduce(
    (sum, { kind }) => sum + Number(kind === 'retire') - Number(kind === 'free'),
    0,
  );
  return Number(!before) - Number(!after) + retired;
}
