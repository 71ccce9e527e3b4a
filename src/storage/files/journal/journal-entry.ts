import type { StoredFacts } from '../facts/stored-facts';
import { parseStoredFacts } from '../facts/stored-record';

/**
 * A line of the journal.
 *
 * facts   the log exists, with these facts; its bytes may have come later
 * making  the log's file is being created, and its facts are not stored yet
 * gone    the log was removed, or its creation failed
 */
export type JournalEntry =
  | { readonly kind: 'facts'; readonly generation: string; readonly facts: StoredFacts }
  | { readonly kind: 'making' | 'gone'; readonly generation: string };

export function factsEntry(facts: StoredFacts): JournalEntry {
  return { kind: 'facts', generation: facts.info.generation, facts };
}

/** Whether a change of facts needs a line: it has something that the log's file does not show. */
export function needsJournalEntry({ info: before }: StoredFacts, { info: after }: StoredFacts): boolean {
  const isEnd = after.state === 'closed' && before.state !== 'closed';
  return isEnd || before.metadata !== after.metadata || before.losses !== after.losses;
}

/** Whether a line is newer than facts of the same log, which are stored first. Most changes of facts write no line. */
export function isNewerThan({ info: line }: StoredFacts, { info: known }: StoredFacts): boolean {
  if (line.state === 'closed') return known.state !== 'closed';
  const [losses, knownLosses] = [lossesOf(line), lossesOf(known)];
  if (losses !== knownLosses) return losses > knownLosses;
  if (line.epoch !== known.epoch) return line.epoch > known.epoch;
  if (line.tail !== known.tail) return line.tail > known.tail;
  const isOther = JSON.stringify(line.metadata) !== JSON.stringify(known.metadata);
  return isOther && line.updatedAt > known.updatedAt;
}

function lossesOf({ losses }: StoredFacts['info']): number {
  return losses?.at(-1)?.number ?? 0;
}

export function formatEntry(entry: JournalEntry): string {
  const { kind, generation } = entry;
  return `${JSON.stringify(kind === 'facts' ? { facts: entry.facts } : { [kind]: generation })}\n`;
}

/** @returns `undefined` for any other line, such as one that a crash cut off */
export function parseEntry(line: string): JournalEntry | undefined {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null) return undefined;
  if ('making' in value && typeof value.making === 'string')
    return { kind: 'making', generation: value.making };
  if ('gone' in value && typeof value.gone === 'string') return { kind: 'gone', generation: value.gone };
  const facts = 'facts' in value ? parseStoredFacts(value.facts) : undefined;
  return facts && factsEntry(facts);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
