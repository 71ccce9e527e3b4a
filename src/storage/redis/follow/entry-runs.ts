import type { Offset } from '../../../core/log/offset';

/** How far apart the times of entries may be whose bytes are delivered as one, in milliseconds. */
const RUN_MS = 25;

/** Bytes of entries that follow each other in a short time. A node that was held up gets the entries of seconds at once. */
export interface EntryRun {
  readonly from: Offset;
  readonly chunks: Buffer[];
  readonly beganAt: number;
  /** The time of the last one. */
  at: number;
}

/** Adds the bytes of an entry at `tail`, whose time is `newsAt`, to the last run, or to a new one if that began too long before. */
export function addToRuns(
  runs: EntryRun[],
  { tail, newsAt }: { readonly tail: Offset; readonly newsAt: number },
  chunks: readonly Buffer[],
): void {
  const last = runs.at(-1);
  if (last === undefined || newsAt - last.beganAt > RUN_MS)
    runs.push({ from: tail, chunks: [...chunks], beganAt: newsAt, at: newsAt });
  else {
    last.chunks.push(...chunks);
    last.at = newsAt;
  }
}
