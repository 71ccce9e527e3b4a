import { existsSync, statSync } from 'node:fs';
import { batchesOf } from '../../../core/bytes/batches-of';
import { catchLogError } from '../../../core/log/errors';
import type { LogId } from '../../../core/log/log-id';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { FactsChange, StoredFacts } from '../facts/stored-facts';
import { transactionBatches } from '../facts/transaction-batches';
import { factsEntry, type JournalEntry } from '../journal/journal-entry';
import type { Orphan } from '../startup/inventory';
import { rebuildFacts, recoveredId } from './rebuild-facts';
import type { RecoveryContext } from './recovery-context';

/** How many logs are looked at before what was found is stored. */
const BATCH = 1_024;
/** How many files are open at once. */
const FILES_AT_ONCE = 32;

interface RestoredOrphans {
  /** Entries for the journal. */
  readonly entries: readonly JournalEntry[];
  readonly count: number;
}

/** Stores facts for orphans again. The newest generation of an id gets it, others a derived one. Only one without a file is removed. */
export async function restoreOrphans(
  context: RecoveryContext,
  orphans: readonly Orphan[],
): Promise<RestoredOrphans> {
  const generations = new Set(orphans.map(({ generation }) => generation));
  const isKnown = (source: string): boolean => context.facts.has(source) || generations.has(source);
  const entries: JournalEntry[] = [];
  const files = new Semaphore(FILES_AT_ONCE);
  // The newest first, which gets the id.
  const ordered = [...orphans].sort((a, b) => (a.generation < b.generation ? 1 : -1));
  for (const batch of batchesOf(ordered, BATCH)) {
    const rebuilt = await Promise.all(
      batch.map((orphan) => files.run(() => rebuild(context, orphan, isKnown))),
    );
    entries.push(...(await restoreAll(context, rebuilt)));
  }
  return { entries, count: orphans.length };
}

interface RebuiltOrphan {
  readonly orphan: Orphan;
  readonly facts: StoredFacts;
}

async function rebuild(
  context: RecoveryContext,
  orphan: Orphan,
  isKnown: (source: string) => boolean,
): Promise<RebuiltOrphan> {
  return { orphan, facts: withKnownSource(await rebuildFacts(context, orphan), isKnown) };
}

/** Those that have nothing to do with other logs are stored together, because each transaction waits for the disk. */
async function restoreAll(
  context: RecoveryContext,
  rebuilt: readonly RebuiltOrphan[],
): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  const together = new Map<LogId, RebuiltOrphan>();
  const storeTogether = async (): Promise<void> => {
    entries.push(...(await restoreTogether(context, [...together.values()])));
    together.clear();
  };
  for (const one of rebuilt) {
    const { id } = one.facts.info;
    if (!together.has(id) && isIndependent(context, one.facts)) {
      together.set(id, one);
      continue;
    }
    await storeTogether();
    entries.push(...(await restoreOrphan(context, one)));
  }
  await storeTogether();
  return entries;
}

/** No other log has its id, and it has no part of another one. */
function isIndependent(context: RecoveryContext, { info }: StoredFacts): boolean {
  const { forkRefs } = context.facts;
  return info.forkedFrom === undefined && !forkRefs.isRetired(info.id) && !holderOf(context, info.id);
}

async function restoreTogether(
  context: RecoveryContext,
  rebuilt: readonly RebuiltOrphan[],
): Promise<readonly JournalEntry[]> {
  const { facts, reserve } = context;
  const changes = rebuilt.map(({ facts: after }) => ({ after }));
  for (const batch of transactionBatches(changes, reserve.changeBytesMax))
    await reserve.write('change', () => facts.write(batch));
  for (const { orphan, facts: after } of rebuilt) describe(context, orphan, after);
  return changes.map(({ after }) => factsEntry(after));
}

async function restoreOrphan(
  context: RecoveryContext,
  { orphan, facts: found }: RebuiltOrphan,
): Promise<readonly JournalEntry[]> {
  const { facts, reserve } = context;
  const { id, steps, forgotten } = freeId(context, found);
  const after = { ...found, info: { ...found.info, id } };
  const forkRefs = facts.forkRefs.stepsOfCreate(after.info);
  await reserve.write('change', () => facts.write([...steps, { after, forkRefs }]));
  // A log with a new id was removed and created in one transaction: its files must not be deleted.
  const renamed = steps.flatMap(({ after: other }) => (other === undefined ? [] : [other]));
  for (let left = renamed.map(({ info }) => info.generation); left.length > 0; ) {
    await facts.commit(() => {
      left = [...facts.producers.removeSome(left)];
    });
  }
  describe(context, orphan, after);
  return [...forgotten, ...renamed.map(factsEntry), factsEntry(after)];
}

interface FreedId {
  readonly id: LogId;
  /** The steps that free the id. */
  readonly steps: readonly FactsChange[];
  readonly forgotten: readonly JournalEntry[];
}

function freeId(context: RecoveryContext, { info }: StoredFacts): FreedId {
  const { layout, facts, print } = context;
  const { id, generation } = info;
  const derived = { id: recoveredId(generation, id), steps: [], forgotten: [] };
  if (facts.forkRefs.isRetired(id)) return derived;
  const holder = holderOf(context, id);
  if (holder === undefined) return { id, steps: [], forgotten: [] };
  if (holder === 'unreadable' || holder.info.generation > generation) return derived;
  const { info: older } = holder;
  if (!existsSync(layout.logOf(older.generation))) {
    print(`${id}: the stream that loom.mdb knows under this ID has no bytes, and gives way to a newer one`);
    const forkRefs = facts.forkRefs.stepsOfRemoval(older, 'replaced');
    const forgotten = [{ kind: 'gone', generation: older.generation } as const];
    return { id, steps: [{ before: holder, forkRefs }], forgotten };
  }
  // Its producers' states go with the id.
  const { producers: _, ...kept } = holder;
  const after = { ...kept, info: { ...older, id: recoveredId(older.generation, id) } };
  print(
    `${id}: the stream that loom.mdb knows under this ID gives way to a newer one, and is ${after.info.id} now`,
  );
  return { id, steps: [{ before: holder }, { after }], forgotten: [] };
}

function holderOf({ facts }: RecoveryContext, id: LogId): StoredFacts | 'unreadable' | undefined {
  const find = (): StoredFacts | 'unreadable' | undefined => {
    const generation = facts.generationOf(id);
    return generation === undefined ? undefined : (facts.get(generation) ?? 'unreadable');
  };
  return catchLogError('STORE_DAMAGED', find, () => 'unreadable');
}

function withKnownSource(facts: StoredFacts, isKnown: (generation: string) => boolean): StoredFacts {
  const { forkedFrom, ...info } = facts.info;
  return forkedFrom === undefined || isKnown(forkedFrom.source.generation) ? facts : { ...facts, info };
}

function describe(
  { layout, print }: RecoveryContext,
  { hasFile, facts }: Orphan,
  { info, graceMs }: StoredFacts,
): void {
  const state = info.outcome?.kind ?? (graceMs === undefined ? 'open' : 'interrupted');
  const path = layout.logOf(info.generation);
  const file = hasFile ? path.slice(layout.directory.length + 1) : 'without a file';
  const size = hasFile ? statSync(path).size : 0;
  // The store itself reports the loss of a log that goes on.
  const lost =
    info.state === 'closed' && size < info.tail ? `; its bytes ${size} to ${info.tail} are lost` : '';
  const unknown = facts === undefined ? '; its ID, content type and metadata are not known' : '';
  const renamed =
    facts !== undefined && facts.info.id !== info.id ? `; its ID ${facts.info.id} is taken` : '';
  print(`${info.id}: brought back as ${state} (${file})${lost}${unknown}${renamed}`);
}
