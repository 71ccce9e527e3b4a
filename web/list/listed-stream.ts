import { type Tag, tagsOf } from '../format/tags';
import { type StreamEntry, type Verdict, verdictOf } from '../format/verdict';

/** What the list keeps of a stream: its metadata may have 16 KiB, of which a row shows a few words. */
export interface ListedStream
  extends Pick<StreamEntry, 'id' | 'state' | 'bytes' | 'createdAt' | 'updatedAt'> {
  readonly verdict: Verdict;
  readonly tags: readonly Tag[];
}

export function listedStream(entry: StreamEntry): ListedStream {
  const { id, state, bytes, createdAt, updatedAt, metadata } = entry;
  return { id, state, bytes, createdAt, updatedAt, verdict: verdictOf(entry), tags: tagsOf(metadata) };
}

/** How long it has taken so far. Only an open stream goes on. */
export function durationOf({ state, createdAt, updatedAt }: ListedStream, now: number): number {
  return (state === 'open' ? now : Date.parse(updatedAt)) - Date.parse(createdAt);
}
