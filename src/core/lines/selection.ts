import type { LogInfo } from '../log/log';
import { advance, type Offset, START } from '../log/offset';
import type { LogStore } from '../store/store';
import { lastLines } from './last-lines';
import { isLineStart } from './line-lookup';
import { LiveSelection, type Skip } from './live-selection';
import type { LogLines } from './log-lines';

/** Where a reader of a log wants to begin. */
export type Start =
  /** A negative one counts from the tail. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** From 1. */
  | { readonly kind: 'line'; readonly line: number }
  /** The last lines. */
  | { readonly kind: 'tail'; readonly lines: number }
  /** With the first line that was begun at that time (Unix milliseconds) or later. */
  | { readonly kind: 'since'; readonly at: number };

/** Where a reader of a log wants to end. The first that is reached counts. */
export interface Bounds {
  /** Before the first line that was begun after this time, in Unix milliseconds. */
  readonly until?: number;
  /** After that many bytes. */
  readonly length?: number;
  /** After that many newlines: if the first line is not sent from its first byte on, its rest counts as a line. */
  readonly lines?: number;
}

/** What of a log a reader gets: the stored bytes from `from` to `to`, and then what `live` passes on. */
export interface Selection {
  readonly from: Offset;
  /** The tail at most. */
  readonly to: Offset;
  /** Nothing that is still to come is selected. */
  readonly isComplete: boolean;
  /** The offset of the first byte that is selected; absent if that is still to come and not known yet. */
  readonly first?: Offset;
  /** The line of that byte, where it is known. */
  readonly line?: number;
  /** What comes after `to`. It passes on earlier bytes as they are. */
  readonly live: LiveSelection;
}

/** A reader wants to begin beyond the end of a log that is closed. */
export class StartBeyondEnd extends Error {
  /** @param tail the end of the log */
  constructor(readonly tail: Offset) {
    super('the start is beyond the end of the stream');
    this.name = 'StartBeyondEnd';
  }
}

/** A start in terms of what is stored. */
interface Begin {
  readonly from: Offset;
  readonly line?: number;
  /** What has to come first if the first selected byte is not stored yet: then `from` is the tail. */
  readonly skip?: Skip;
}

/** An end in terms of what is stored. */
interface End {
  readonly to: Offset;
  readonly isComplete: boolean;
  /** How many bytes, or newlines, have yet to come. */
  readonly missing?: number;
}

/**
 * Finds where a start and bounds are in the log, as `info` has it.
 * @throws StartBeyondEnd; as `LogStore.read`; the signal's reason
 */
export async function select(
  store: LogStore,
  lines: LogLines,
  info: LogInfo,
  start: Start | undefined,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<Selection> {
  const reader = { store, lines, info, signal };
  const begin = await beginOf(reader, start);
  const time = await endOfTime(reader, bounds.until);
  const bytes = endOfLength(info, begin, bounds.length);
  const newlines = await endOfLines(reader, begin, bounds.lines);
  const ends = [time, bytes, newlines].filter((end) => end !== undefined);
  const to = advance(START, Math.max(begin.from, Math.min(info.tail, ...ends.map((end) => end.to))));
  const isReached = ends.some((end) => end.isComplete);
  const isTimed = bounds.until !== undefined || begin.skip?.kind === 'since';
  const live = new LiveSelection({
    from: to,
    isLineStart: isTimed && (await isLineStart(store, info, to)),
    skip: begin.skip,
    remainder: isReached
      ? { bytes: 0 }
      : { until: bounds.until, bytes: bytes?.missing, newlines: newlines?.missing },
  });
  const first = firstOf(begin);
  const { from, line } = begin;
  return {
    from,
    to,
    isComplete: isReached || info.state === 'closed',
    ...(first !== undefined && { first }),
    ...(line !== undefined && { line }),
    live,
  };
}

interface Reader {
  readonly store: LogStore;
  readonly lines: LogLines;
  readonly info: LogInfo;
  readonly signal: AbortSignal;
}

async function beginOf(reader: Reader, start: Start | undefined): Promise<Begin> {
  const { store, info, signal } = reader;
  switch (start?.kind) {
    case undefined:
      return { from: START, line: 1 };
    case 'offset':
      return beginAtOffset(info, start.offset);
    case 'line':
      return beginAtLine(reader, start.line);
    case 'tail':
      return { from: await lastLines(store, info, start.lines, signal) };
    case 'since':
      return beginAtTime(reader, start.at);
  }
}

function beginAtOffset(info: LogInfo, offset: number): Begin {
  const { tail } = info;
  if (offset < 0) return { from: advance(START, Math.max(0, tail + offset)) };
  const from = advance(START, offset);
  if (from <= tail) return { from };
  if (info.state === 'closed') throw new StartBeyondEnd(tail);
  return { from: tail, skip: { kind: 'offset', offset: from } };
}

/** The line after the last one begins at the end of a closed log, also if that one is unfinished. */
async function beginAtLine({ lines, info, signal }: Reader, line: number): Promise<Begin> {
  const from = await lines.beginOfLine(info, line, signal);
  if (from !== undefined) return { from, line };
  const { tail } = info;
  if (info.state !== 'closed') {
    const last = await lines.lineAt(info, tail, signal);
    return { from: tail, line, skip: { kind: 'newlines', count: line - last } };
  }
  const { lines: all } = await lines.count(info, signal);
  if (line > all + 1) throw new StartBeyondEnd(tail);
  return { from: tail, line };
}

async function beginAtTime(reader: Reader, at: number): Promise<Begin> {
  const { info } = reader;
  const from = await lineOfTime(reader, at);
  if (from !== undefined && from < info.tail) return { from };
  return { from: info.tail, ...(info.state !== 'closed' && { skip: { kind: 'since', at } }) };
}

async function endOfTime(reader: Reader, until: number | undefined): Promise<End | undefined> {
  if (until === undefined) return undefined;
  const to = await lineOfTime(reader, until + 1);
  const isPast = until + reader.store.commitDelayMs < Date.now();
  const isOver = (to !== undefined && to < reader.info.tail) || isPast;
  return { to: to ?? reader.info.tail, isComplete: isOver };
}

function endOfLength({ tail }: LogInfo, { from, skip }: Begin, length: number | undefined): End | undefined {
  if (length === undefined) return undefined;
  // Only from the tail on something is skipped.
  const stored = skip === undefined ? Math.min(length, tail - from) : 0;
  const missing = length - stored;
  return { to: advance(from, stored), isComplete: missing === 0, missing };
}

async function endOfLines(
  { lines, info, signal }: Reader,
  { from }: Begin,
  count: number | undefined,
): Promise<End | undefined> {
  if (count === undefined) return undefined;
  const { to, missing } = await lines.afterNewlines(info, from, count, signal);
  return { to, isComplete: missing === 0, missing };
}

/** Where the first line begins that was begun at `at` or later. @returns `undefined` if that is still to come: the tail, or after it */
async function lineOfTime(reader: Reader, at: number): Promise<Offset | undefined> {
  const { store, lines, info, signal } = reader;
  const first = advance(START, Math.min(await store.offsetAt(info, at), info.tail));
  if (await isLineStart(store, info, first)) return first;
  const { to, missing } = await lines.afterNewlines(info, first, 1, signal);
  return missing === 0 ? to : undefined;
}

function firstOf({ from, skip }: Begin): Offset | undefined {
  if (skip === undefined) return from;
  return skip.kind === 'offset' ? skip.offset : undefined;
}
