import { sizeOf } from '../../../core/bytes/size-of';
import type { SealOutcome } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import { toNumber, unexpected } from '../../../redis/resp/reply';
import { parseSealOutcome } from './outcome';

/** The most bytes of an entry. Powers of two waste a quarter in jemalloc. Above 32 KiB ioredis more often joins pieces of a reply. */
export const ENTRY_BYTES_MAX = 32_000;

/** The largest second part of an entry's id. */
export const LAST_SEQUENCE = '18446744073709551615';

/** An entry of a log's stream. Its id is `<offset at which it ends>-<unix ms of its append>`. */
export type Entry =
  | {
      readonly kind: 'bytes';
      readonly id: string;
      readonly from: Offset;
      readonly end: Offset;
      readonly parts: readonly Buffer[];
    }
  /** The first entry, without which the stream would not exist. */
  | { readonly kind: 'creation'; readonly id: string }
  /** The last entry, with the outcome of the log. */
  | { readonly kind: 'seal'; readonly id: string; readonly at: Offset; readonly outcome: SealOutcome };

/** An entry that this node knows was stored. Its id is `<end>-<stamp>`, so another entry that ends at the same offset is recognised. */
export interface KnownEntry {
  readonly end: Offset;
  /** Unix milliseconds. */
  readonly stamp: number;
}

/** An entry that is to be stored. */
export interface NewEntry {
  readonly from: Offset;
  readonly end: Offset;
  /** The bytes. Large pieces are not joined, which would copy them. */
  readonly parts: readonly Buffer[];
}

/** @param value of the first field, in the pieces in which it arrived */
export function decodeEntry(id: string, name: string, value: readonly Buffer[]): Entry {
  const end = endOf(id);
  switch (name) {
    case 'd': {
      const size = sizeOf(value);
      return size > end
        ? unexpected(id)
        : { kind: 'bytes', id, from: advance(end, -size), end, parts: value };
    }
    case 'c':
      return { kind: 'creation', id };
    case 'o':
      return { kind: 'seal', id, at: end, outcome: parseSealOutcome(bytesOf(value).toString()) };
    default:
      return unexpected(id);
  }
}

/** The bytes of `parts` from `skip` on, at most `max` of them. */
export function sliceOf(parts: readonly Buffer[], skip: number, max = Number.POSITIVE_INFINITY): Buffer[] {
  const slice: Buffer[] = [];
  let at = -skip;
  for (const part of parts) {
    const [from, to] = [Math.max(0, -at), Math.min(part.length, max - at)];
    if (from < to) slice.push(part.subarray(from, to));
    at += part.length;
  }
  return slice;
}

/** The offset in an entry's id. */
export function endOf(id: string): Offset {
  return advance(0 as Offset, toNumber(id.slice(0, id.indexOf('-'))));
}

/** The unix milliseconds in an entry's id. */
export function stampOf(id: string): number {
  return toNumber(id.slice(id.indexOf('-') + 1));
}

/** Pieces up to this size are joined: a copy costs less than another write to the socket, and another chunk for each follower. */
const JOINED_BYTES_MAX = 4_096;

/** Cuts chunks into entries that are as full as possible. */
export function cutEntries(from: Offset, chunks: readonly Buffer[]): NewEntry[] {
  const [only] = chunks;
  const isOne = chunks.length === 1 && only !== undefined && only.length <= ENTRY_BYTES_MAX;
  return isOne && only.length > 0
    ? [{ from, end: advance(from, only.length), parts: chunks }]
    : cutMany(from, chunks);
}

function cutMany(from: Offset, chunks: readonly Buffer[]): NewEntry[] {
  const entries: NewEntry[] = [];
  let at = from;
  let parts: Buffer[] = [];
  let room = ENTRY_BYTES_MAX;
  const finish = (): void => {
    if (parts.length === 0) return;
    const end = advance(at, ENTRY_BYTES_MAX - room);
    entries.push({ from: at, end, parts: joinSmall(parts) });
    at = end;
    parts = [];
    room = ENTRY_BYTES_MAX;
  };
  for (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const isWhole = taken === 0 && chunk.length <= room;
      const part = isWhole ? chunk : chunk.subarray(taken, taken + room);
      parts.push(part);
      taken += part.length;
      room -= part.length;
      if (room === 0) finish();
    }
  }
  finish();
  return entries;
}

/** As `cutEntries`, with the bytes of each entry as one buffer: an argument of a script. */
export function cutPieces(chunks: readonly Buffer[]): Buffer[] {
  const [only] = chunks;
  const isOnePiece = chunks.length === 1 && only !== undefined && only.length <= ENTRY_BYTES_MAX;
  if (isOnePiece && only.length > 0) return [only];
  return cutEntries(START, chunks).map(({ parts }) => bytesOf(parts));
}

function bytesOf(parts: readonly Buffer[]): Buffer {
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(parts);
}

function joinSmall(parts: readonly Buffer[]): readonly Buffer[] {
  if (parts.length === 1) return parts;
  const joined: Buffer[] = [];
  let small: Buffer[] = [];
  const join = (): void => {
    if (small.length > 0) joined.push(bytesOf(small));
    small = [];
  };
  for (const part of parts) {
    if (part.length <= JOINED_BYTES_MAX) {
      small.push(part);
      continue;
    }
    join();
    joined.push(part);
  }
  join();
  return joined;
}

/** The parts of the entries after `tail`. */
export function entriesAfter(entries: readonly NewEntry[], tail: Offset): NewEntry[] {
  return entries
    .filter(({ end }) => end > tail)
    .map((entry) =>
      entry.from >= tail
        ? entry
        : { ...entry, from: tail, parts: [bytesOf(entry.parts).subarray(tail - entry.from)] },
    );
}
