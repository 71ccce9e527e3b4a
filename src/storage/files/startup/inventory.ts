import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { catchLogError } from '../../../core/log/errors';
import { fileFingerprint } from '../disk/file-identity';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { StoredFacts } from '../facts/stored-facts';
import { isNewerThan, type JournalEntry } from '../journal/journal-entry';
import { lastEntryPerLog, listSegments, readJournal } from '../journal/journal-segments';
import type { LastShutdown } from './clean-shutdown';

/** A log that the facts do not know. */
export interface Orphan {
  readonly generation: string;
  readonly hasFile: boolean;
  /** Its facts in the journal. */
  readonly facts?: StoredFacts;
}

/** What the files of a store show beside its facts. */
export interface Inventory {
  readonly orphans: readonly Orphan[];
  /** Files of logs that were being created or removed when the process died. They were never acknowledged, or removed for good. */
  readonly leftovers: readonly string[];
  /** Logs that are gone, and have files beside their bytes: an earlier version, which knew no such files, removed them. */
  readonly withoutLog: readonly string[];
  /** The facts are older than the logs. */
  readonly isOlder: boolean;
  /** The facts or the folder of logs may be a copy, which may be older than the last acknowledgement. */
  readonly isCopy: boolean;
  /** Missing folders that had bytes of open logs or the journal, as of an unmounted disk. Their logs must not continue at offset 0. */
  readonly missingFolders: readonly string[];
}

/** The part of the facts that an inventory needs. */
type KnownFacts = Pick<FactsDatabase, 'get' | 'has' | 'isUnsealed' | 'newestFirst'> & {
  readonly storeMeta: Pick<FactsDatabase['storeMeta'], 'journalNumber' | 'journalFile'>;
  readonly timeIndex: Pick<FactsDatabase['timeIndex'], 'unsealed'>;
  readonly producers: Pick<FactsDatabase['producers'], 'isDoomed'>;
  readonly lengths: Pick<FactsDatabase['lengths'], 'get'>;
};

/** The knowledge without facts. */
export const NO_FACTS: KnownFacts = {
  get: () => undefined,
  has: () => false,
  isUnsealed: () => false,
  newestFirst: () => [],
  storeMeta: { journalNumber: 0, journalFile: undefined },
  timeIndex: { unsealed: () => [] },
  producers: { isDoomed: () => false },
  lengths: { get: () => undefined },
};

/** Compares all files with the facts, and reads the journal where they differ. @param stop what was known of the facts before */
export async function takeInventory(
  layout: Layout,
  facts: KnownFacts,
  stop: LastShutdown = 'unknown',
): Promise<Inventory> {
  const isUnknown = (generation: string): boolean =>
    !facts.has(generation) && !facts.producers.isDoomed(generation);
  const shards = await shardsOf(layout);
  const { files, sidecars } = await filesIn(layout, shards, isUnknown);
  const isBehind = await isBehindJournal(layout, facts, isUnknown);
  const isOlder = (isBehind || stop === 'older') && facts.newestFirst(undefined, 1).length > 0;
  const isCopy = isOlder || stop === 'changed' || !(await isJournalOf(layout, facts));
  const missingFolders = await foldersAway(layout, facts, new Set(shards));
  const found = { isOlder, isCopy, missingFolders };
  if (files.size + sidecars.size === 0 && !isBehind)
    return { orphans: [], leftovers: [], withoutLog: [], ...found };
  const journal = await readJournal(layout);
  const [leftovers, withFile] = partition([...files], (generation) => isOver(journal.get(generation)));
  const withoutFile = [...journal.values()].filter(
    ({ kind, generation }) => kind === 'facts' && !files.has(generation) && isUnknown(generation),
  );
  const orphans = [
    ...withFile.map((generation) => orphanOf(generation, true, journal.get(generation))),
    ...withoutFile.map((entry) => orphanOf(entry.generation, false, entry)),
  ];
  const withoutLog = [...sidecars].filter(
    (generation) => !files.has(generation) && journal.get(generation)?.kind !== 'facts',
  );
  return { orphans, leftovers, withoutLog, ...found };
}

/** Whether the journal is newer than the facts: a copy of them from a running server may lack lines of its newest file. */
async function isBehindJournal(
  layout: Layout,
  facts: KnownFacts,
  isUnknown: (generation: string) => boolean,
): Promise<boolean> {
  const newest = (await listSegments(layout)).slice(-1);
  if (newest.some(({ number }) => number > facts.storeMeta.journalNumber)) return true;
  const entries = [...(await lastEntryPerLog(layout, newest)).values()];
  return entries.some((entry) => {
    const { kind, generation } = entry;
    if (kind !== 'facts') return kind === 'gone' && facts.has(generation);
    if (!facts.isUnsealed(generation)) return isUnknown(generation);
    const known = recordOf(facts, generation);
    return known !== undefined && isNewerThan(entry.facts, known);
  });
}

/**
 * Whether the newest file of the journal is the one that the last process wrote, and not a copy. A process that was killed before the
 * facts had the fingerprint of its new file has left that file empty: then the file before it counts.
 */
async function isJournalOf(layout: Layout, { storeMeta }: KnownFacts): Promise<boolean> {
  if (storeMeta.journalFile === undefined) return true;
  for (const { number, bytes } of [...(await listSegments(layout))].reverse()) {
    if (storeMeta.journalFile === (await fileFingerprint(layout.journalOf(number)))) return true;
    if (bytes > 0) return false;
  }
  return false;
}

/** Whether a file that the facts do not know may be deleted. */
function isOver(entry: JournalEntry | undefined): boolean {
  return entry !== undefined && entry.kind !== 'facts';
}

function orphanOf(generation: string, hasFile: boolean, entry: JournalEntry | undefined): Orphan {
  return { generation, hasFile, ...(entry?.kind === 'facts' && { facts: entry.facts }) };
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

async function foldersAway(
  layout: Layout,
  facts: KnownFacts,
  shards: ReadonlySet<string>,
): Promise<readonly string[]> {
  const unsealed = facts.timeIndex.unsealed();
  const lost = unsealed.filter(
    (generation) => !shards.has(layout.shardOf(generation)) && hasBytes(facts, generation),
  );
  const isEmpty = shards.size === 0 && (await listSegments(layout)).length === 0;
  // Every start begins a file of the journal, unless the store is of a version without one.
  const hadJournal = facts.storeMeta.journalNumber > 0 && unsealed.length > 0;
  if (isEmpty && (hadJournal || lost.length > 0)) return [layout.logs];
  return [...new Set(lost.map((generation) => layout.shardOf(generation)))];
}

function hasBytes(facts: KnownFacts, generation: string): boolean {
  const counted = recordOf(facts, generation)?.info.tail ?? 0;
  return Math.max(counted, facts.lengths.get(generation)?.bytes ?? 0) > 0;
}

/** `undefined` also for a record that cannot be read. */
function recordOf(facts: KnownFacts, generation: string): StoredFacts | undefined {
  return catchLogError(
    'STORE_DAMAGED',
    () => facts.get(generation),
    () => undefined,
  );
}

/** The folders with the files of logs, or links to them. */
async function shardsOf({ logs, isShard }: Layout): Promise<readonly string[]> {
  const paths = (await readdir(logs)).filter(isShard).map((name) => join(logs, name));
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
}

interface FoundFiles {
  /** Logs with a file of their bytes. */
  readonly files: ReadonlySet<string>;
  /** Logs with another file. */
  readonly sidecars: ReadonlySet<string>;
}

async function filesIn(
  layout: Layout,
  shards: readonly string[],
  isWanted: (generation: string) => boolean,
): Promise<FoundFiles> {
  const found = { files: new Set<string>(), sidecars: new Set<string>() };
  for (const shard of shards) {
    for (const name of await readdir(shard)) {
      const { generation, isLog } = layout.generationOf(name) ?? {};
      if (generation === undefined || !isWanted(generation)) continue;
      if (isLog) found.files.add(generation);
      else found.sidecars.add(generation);
    }
  }
  return found;
}
