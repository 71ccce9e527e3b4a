import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facts } from './facts';
import type { JournalEntry } from './journal-entry';
import { lastEntriesIn, readJournal, segmentsOf } from './journal-segments';
import type { Layout } from './layout';
import type { StoredFacts } from './stored-facts';

/** A log that the facts do not know. */
export interface Orphan {
  readonly generation: string;
  readonly hasFile: boolean;
  /** What the journal knows of it. */
  readonly facts?: StoredFacts;
}

export interface Inventory {
  readonly orphans: readonly Orphan[];
  /** Files of logs that were being made or removed when the process died. They were acknowledged to nobody, or removed for good. */
  readonly remains: readonly string[];
  /** What the facts know of logs is not what was known last. */
  readonly isOlder: boolean;
  /**
   * The facts know open logs, and the folder that had their bytes and the journal is empty: it may be on a disk that is not mounted. They
   * must not be taken for empty, or the next start would cut their files off.
   */
  readonly isEmptied: boolean;
}

/** What of the facts an inventory needs. */
export type Knowing = Pick<Facts, 'get' | 'has' | 'isUnsealed' | 'newestFirst'> & {
  readonly about: Pick<Facts['about'], 'journalNumber'>;
  readonly moments: Pick<Facts['moments'], 'unsealed'>;
  readonly producers: Pick<Facts['producers'], 'isDoomed'>;
};

/** What is known where there are no facts. */
export const NO_FACTS: Knowing = {
  get: () => undefined,
  has: () => false,
  isUnsealed: () => false,
  newestFirst: () => [],
  about: { journalNumber: 0 },
  moments: { unsealed: () => [] },
  producers: { isDoomed: () => false },
};

/** Compares the files of all logs with the facts. Reads their names, and the journal where something does not fit. */
export async function takeInventory(layout: Layout, facts: Knowing): Promise<Inventory> {
  const isUnknown = (generation: string): boolean =>
    !facts.has(generation) && !facts.producers.isDoomed(generation);
  const files = new Set(await filesIn(layout, isUnknown));
  const isBehind = await isBehindJournal(layout, facts, isUnknown);
  const isOlder = isBehind && facts.newestFirst(undefined, 1).length > 0;
  const isEmptied = (await readdir(layout.logs)).length === 0 && hadFiles(facts);
  if (files.size === 0 && !isBehind) return { orphans: [], remains: [], isOlder, isEmptied };
  const journal = await readJournal(layout);
  const [remains, withFile] = partition([...files], (generation) => isOver(journal.get(generation)));
  const withoutFile = [...journal.values()].filter(
    ({ kind, generation }) => kind === 'facts' && !files.has(generation) && isUnknown(generation),
  );
  const orphans = [
    ...withFile.map((generation) => orphanOf(generation, true, journal.get(generation))),
    ...withoutFile.map((entry) => orphanOf(entry.generation, false, entry)),
  ];
  return { orphans, remains, isOlder, isEmptied };
}

/**
 * Whether the journal says more than the facts. Facts that were copied while a server ran know the number of its newest file, but not
 * all that is in it: a change is stored in the facts before it is written there.
 */
async function isBehindJournal(
  layout: Layout,
  facts: Knowing,
  isUnknown: (generation: string) => boolean,
): Promise<boolean> {
  const newest = (await segmentsOf(layout)).slice(-1);
  if (newest.some(({ number }) => number > facts.about.journalNumber)) return true;
  const entries = [...(await lastEntriesIn(layout, newest)).values()];
  return entries.some((entry) => {
    const { kind, generation } = entry;
    if (kind !== 'facts') return kind === 'gone' && facts.has(generation);
    return isUnknown(generation) || (entry.facts.info.state === 'closed' && facts.isUnsealed(generation));
  });
}

/** Whether a file that no facts know may be removed. */
function isOver(entry: JournalEntry | undefined): boolean {
  return entry !== undefined && entry.kind !== 'facts';
}

function orphanOf(generation: string, hasFile: boolean, entry: JournalEntry | undefined): Orphan {
  return { generation, hasFile, ...(entry?.kind === 'facts' && { facts: entry.facts }) };
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/**
 * Whether there are logs which a start looks at, and files were in their folder: those of a journal, of which every start begins one, or,
 * in the store of a version that had none, their own.
 */
function hadFiles(facts: Knowing): boolean {
  const unsealed = facts.moments.unsealed();
  const isJournaled = facts.about.journalNumber > 0;
  return isJournaled ? unsealed.length > 0 : unsealed.some((generation) => hasBytes(facts, generation));
}

function hasBytes(facts: Knowing, generation: string): boolean {
  try {
    return (facts.get(generation)?.info.tail ?? 0) > 0;
  } catch {
    // Its record cannot be read, and says nothing.
    return false;
  }
}

/** The generations of which there is a file. */
async function filesIn(layout: Layout, isWanted: (generation: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(layout.logs, { withFileTypes: true });
  for (const shard of entries.filter((entry) => entry.isDirectory())) {
    for (const name of await readdir(join(layout.logs, shard.name))) {
      const generation = layout.generationOf(name);
      if (generation !== undefined && isWanted(generation)) found.push(generation);
    }
  }
  return found;
}
