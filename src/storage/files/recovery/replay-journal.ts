import { existsSync } from 'node:fs';
import { catchLogError } from '../../../core/log/errors';
import { type FactsChange, inexact, type StoredFacts } from '../facts/stored-facts';
import { transactionBatches } from '../facts/transaction-batches';
import type { JournalEntry } from '../journal/journal-entry';
import type { RecoveryContext } from './recovery-context';

/** Updates older facts by the journal: logs that were removed or ended since, and the lengths of files that may have grown. */
export async function replayJournal(
  context: RecoveryContext,
  lines: ReadonlyMap<string, JournalEntry>,
): Promise<readonly JournalEntry[]> {
  const { facts, reserve, print } = context;
  const gone = [...lines.values()].filter(
    ({ kind, generation }) => kind === 'gone' && isWithoutFile(context, generation),
  );
  const removed = readAll(
    context,
    gone.map(({ generation }) => generation),
  );
  const unsealed = readAll(context, facts.timeIndex.unsealed()).filter(
    ({ info }) => !removed.some((other) => other.info.generation === info.generation),
  );
  const steps: readonly FactsChange[] = [
    ...removed.map((before) => ({ before, forkRefs: facts.forkRefs.stepsOfRemoval(before.info, 'removed') })),
    ...unsealed.map((before) => ({ before, after: replayed(before, lines.get(before.info.generation)) })),
  ];
  for (const batch of transactionBatches(steps, reserve.changeBytesMax))
    await reserve.write('change', () => facts.write(batch));
  for (const { info } of removed) print(`${info.id}: was removed after this loom.mdb was copied`);
  return removed.map(({ info }) => ({ kind: 'gone', generation: info.generation }));
}

function isWithoutFile({ layout }: RecoveryContext, generation: string): boolean {
  return !existsSync(layout.logOf(generation));
}

/** Skips logs that do not exist or cannot be read. */
function readAll({ facts }: RecoveryContext, generations: readonly string[]): readonly StoredFacts[] {
  return generations.flatMap((generation) => {
    const read = () => facts.get(generation);
    return catchLogError('STORE_DAMAGED', read, () => undefined) ?? [];
  });
}

function replayed(before: StoredFacts, line: JournalEntry | undefined): StoredFacts {
  if (line?.kind !== 'facts') return inexact(before);
  const { facts } = line;
  if (facts.info.state === 'closed') return facts;
  const { metadata, losses } = facts.info;
  const info = { ...before.info, ...(metadata !== undefined && { metadata }), ...(losses && { losses }) };
  return inexact({ ...before, info });
}
