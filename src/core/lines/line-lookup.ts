import type { LogInfo } from '../log/log';
import { advance, type Offset, START } from '../log/offset';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';
import type { LineIndex } from './line-index';
import { afterNewlines, countNewlines, endsInNewline } from './newlines';
import { readRange } from './read-range';

/** How many newlines come before `offset`, which is counted. It reads 64 KiB at most. @throws as `readRange` */
export async function newlinesBefore(
  store: LogStore,
  log: LogInfo,
  index: LineIndex,
  offset: Offset,
  signal: AbortSignal,
): Promise<number> {
  if (offset === index.end) return index.newlines;
  const { before } = index.aroundOffset(offset);
  let { newlines } = before;
  for await (const { chunks, release } of readRange(store, log, before.offset, offset, signal)) {
    for (const chunk of chunks) newlines += countNewlines(chunk);
    release?.();
  }
  return newlines;
}

/** Where the newline with this number ends, which is counted. It reads 64 KiB at most. @throws as `readRange` */
export async function endOfNewline(
  store: LogStore,
  log: LogInfo,
  index: LineIndex,
  number: number,
  signal: AbortSignal,
): Promise<Offset> {
  const mark = index.mark(number);
  if (mark !== undefined) return mark.offset;
  const { before, after } = index.aroundNewline(number);
  const until = after?.offset ?? index.end;
  const found = await skipNewlines(store, log, before.offset, until, number - before.newlines, signal);
  return found.to;
}

/** Where newlines that were searched are. */
export interface SkippedNewlines {
  /** Behind the last of them, or the end of what was searched. */
  readonly to: Offset;
  /** How many were not found. */
  readonly missing: number;
}

/** Goes through `count` newlines of a part of the log. @throws as `readRange` */
export async function skipNewlines(
  store: LogStore,
  log: LogInfo,
  from: Offset,
  until: Offset,
  count: number,
  signal: AbortSignal,
): Promise<SkippedNewlines> {
  if (count === 0) return { to: from, missing: 0 };
  const slices = new TimeSlices(signal);
  let missing = count;
  let at = from;
  for await (const { chunks, release } of readRange(store, log, from, until, signal)) {
    for (const chunk of chunks) {
      const end = afterNewlines(chunk, missing);
      if (end !== undefined) return { to: advance(at, end), missing: 0 };
      missing -= countNewlines(chunk);
      at = advance(at, chunk.length);
    }
    release?.();
    if (slices.isOver) await slices.next();
  }
  return { to: until, missing };
}

/** Whether a line begins at `offset`. @throws as `LogStore.read` */
export async function isLineStart(store: LogStore, log: LogInfo, offset: Offset): Promise<boolean> {
  if (offset === START) return true;
  const { chunks, release } = await store.read(log, advance(offset, -1), 1);
  // A store may return more than one byte.
  const isStart = chunks[0] !== undefined && endsInNewline(chunks[0].subarray(0, 1));
  release?.();
  return isStart;
}
