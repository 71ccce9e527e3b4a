import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Layout } from '../disk/layout';
import { type JournalEntry, parseEntry } from './journal-entry';

/** One file of the journal. */
export interface Segment {
  readonly number: number;
  readonly bytes: number;
}

/** The files of the journal, the oldest first. */
export async function listSegments(layout: Layout): Promise<readonly Segment[]> {
  return Promise.all(
    (await numbersOf(layout)).map(async (number) => ({
      number,
      bytes: (await stat(layout.journalOf(number))).size,
    })),
  );
}

/** The number of the newest file of the journal, if there is any. */
export async function newestSegmentNumber(layout: Layout): Promise<number | undefined> {
  return (await numbersOf(layout)).at(-1);
}

async function numbersOf(layout: Layout): Promise<readonly number[]> {
  const numbers = (await readdir(layout.logs)).map((name) => layout.journalNumberOf(name));
  return numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
}

export async function* readSegment(layout: Layout, { number }: Segment): AsyncIterable<JournalEntry> {
  const lines = createInterface({
    input: createReadStream(layout.journalOf(number)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    const entry = parseEntry(line);
    if (entry !== undefined) yield entry;
  }
}

/** The last entry of each log. */
export async function readJournal(layout: Layout): Promise<ReadonlyMap<string, JournalEntry>> {
  return lastEntryPerLog(layout, await listSegments(layout));
}

/** The last entry of each log in these segments. */
export async function lastEntryPerLog(
  layout: Layout,
  segments: readonly Segment[],
): Promise<ReadonlyMap<string, JournalEntry>> {
  const last = new Map<string, JournalEntry>();
  for (const segment of segments) {
    for await (const entry of readSegment(layout, segment)) last.set(entry.generation, entry);
  }
  return last;
}
