import { lowerBound } from '../log/lower-bound';
import { advance, type Offset, START } from '../log/offset';
import { VarintList, type VarintReader } from './varint-list';

/** How many lines there are from one mark to the next. */
export const MARK_LINES = 1_000;

/** How many checkpoints a lookup goes through at most. */
const BLOCK = 64;

/** How much memory a block takes beside its bytes. */
const BLOCK_BYTES = 64;

/** How many checkpoints are restored, or copied, in one step. */
const PER_STEP = 4_096;

/** A place in a log, and how many newlines come before it. */
export interface Checkpoint {
  readonly offset: Offset;
  readonly newlines: number;
}

/** The place where a line begins that has a multiple of `MARK_LINES` lines before it. */
export interface Mark extends Checkpoint {
  /** When its first byte was committed, in Unix milliseconds, if that is known. */
  readonly at?: number;
}

/** The last checkpoint before what is searched, and the first one behind it. */
export interface Surroundings {
  readonly before: Checkpoint;
  readonly after?: Mark;
}

/** Where a reader or a writer of entries is. Its fields change: one object per entry would cost more than the entry. */
class Cursor {
  offset = START;
  newlines = 0;
  /** The last time that is known. */
  time = 0;
  /** That of the last entry, if it is a mark with a known time. */
  at: number | undefined;

  copy(): Cursor {
    return Object.assign(new Cursor(), this);
  }

  /** @returns whether the entry is a mark */
  read(entries: VarintReader): boolean {
    this.offset = advance(this.offset, entries.next());
    const counted = entries.next();
    this.newlines += Math.floor(counted / 2);
    this.at = undefined;
    if (counted % 2 === 0) return false;
    const time = entries.next();
    if (time === 0) return true;
    this.time += time - 1;
    this.at = this.time;
    return true;
  }
}

interface Block {
  /** Of the entries, where those of the block begin. */
  readonly index: number;
  /** What the first of them is a difference to. */
  readonly base: Cursor;
}

/** A checkpoint that was read, and those behind it. */
interface EntryPlace {
  readonly entries: VarintReader;
  readonly cursor: Cursor;
}

/**
 * Checkpoints in the order of their offsets, in about five bytes each. An entry has the differences of offset and newlines; that of a mark,
 * also the difference of the time and 1 more, or 0 if the time is not known.
 */
export class Checkpoints {
  readonly #entries: VarintList;
  readonly #blocks: Block[] = [];
  readonly #last = new Cursor();
  #count = 0;

  /** @param bytes those of other checkpoints; `restore` is to be called then, before anything else */
  constructor(bytes?: Buffer) {
    this.#entries = new VarintList(bytes);
  }

  /** About how much memory they take. */
  get size(): number {
    return this.#entries.size + this.#blocks.length * BLOCK_BYTES;
  }

  /** What is to be stored, in order. */
  get chunks(): readonly Buffer[] {
    return this.#entries.chunks;
  }

  /** Whether restored ones are whole, and those of a log that was counted up to `end`. */
  fitIn(end: Checkpoint): boolean {
    const { offset, newlines, time } = this.#last;
    const isWhole =
      this.#entries.endsWithNumber && [newlines, end.newlines, time].every(Number.isSafeInteger);
    return isWhole && offset <= end.offset && newlines <= end.newlines && end.newlines <= end.offset;
  }

  add(offset: Offset, newlines: number): void {
    this.#beginEntry(this.#entries.length);
    this.#push(offset, newlines, 0);
  }

  /** @param at its time, if that is known */
  addMark(offset: Offset, newlines: number, at: number | undefined): void {
    this.#beginEntry(this.#entries.length);
    // The lowest bit says that it is a mark.
    this.#push(offset, newlines, 1);
    // The times of a log do not go back.
    const time = at === undefined ? undefined : Math.max(at, this.#last.time);
    this.#entries.push(time === undefined ? 0 : time - this.#last.time + 1);
    this.#last.time = time ?? this.#last.time;
  }

  /** Goes through the bytes that were given, in steps. */
  *restore(): Generator<void, void> {
    const entries = this.#entries.readFrom(0);
    while (!entries.isAtEnd) {
      this.#beginEntry(entries.index);
      this.#last.read(entries);
      if (this.#count % PER_STEP === 0) yield;
    }
  }

  /** Copies the checkpoints at multiples of these numbers to `others`, which are empty, in steps. */
  *copyMultiples(others: Checkpoints, bytes: number, newlines: number): Generator<void, void> {
    const entries = this.#entries.readFrom(0);
    const cursor = new Cursor();
    for (let read = 1; !entries.isAtEnd; read += 1) {
      const isMark = cursor.read(entries);
      if (isMark && cursor.newlines % newlines === 0)
        others.addMark(cursor.offset, cursor.newlines, cursor.at);
      else if (cursor.offset % bytes === 0) others.add(cursor.offset, cursor.newlines);
      if (read % PER_STEP === 0) yield;
    }
  }

  /** What is around the newline with this number, from 1. A mark behind it is right behind it if it has that many newlines. */
  aroundNewline(number: number): Surroundings {
    return this.#around('newlines', number);
  }

  /** What is around the byte at `offset`. */
  aroundOffset(offset: Offset): Surroundings {
    return this.#around('offset', offset + 1);
  }

  /**
   * Returns what finds marks by their newlines, of which each call has more than the one before. It goes on from there: to begin anew
   * costs a block, and marks that are wanted one after the other are a few checkpoints apart.
   */
  markFinder(): (newlines: number) => Mark | undefined {
    let place: EntryPlace | undefined;
    return (newlines) => {
      if (place === undefined || !readUpTo(place, newlines)) place = this.#placeOf(newlines);
      return place?.cursor.newlines === newlines ? markOf(place.cursor) : undefined;
    };
  }

  /** The first checkpoint with at least so many newlines before it. */
  #placeOf(newlines: number): EntryPlace | undefined {
    const block = this.#blockOf('newlines', newlines);
    if (block === undefined) return undefined;
    const place = { entries: this.#entries.readFrom(block.index), cursor: block.base.copy() };
    place.cursor.read(place.entries);
    return readUpTo(place, newlines) ? place : undefined;
  }

  /** The block that has the last checkpoint of which `what` is less than `least`. */
  #blockOf(what: 'offset' | 'newlines', least: number): Block | undefined {
    const next = lowerBound(this.#blocks.length, (i) => i > 0 && (this.#blocks[i]?.base[what] ?? 0) >= least);
    return this.#blocks[next - 1];
  }

  /** The last checkpoint of which `what` is less than `least`, and the next one. */
  #around(what: 'offset' | 'newlines', least: number): Surroundings {
    const block = this.#blockOf(what, least);
    if (block === undefined) return { before: new Cursor() };
    const entries = this.#entries.readFrom(block.index);
    const cursor = block.base.copy();
    let { offset, newlines } = cursor;
    while (!entries.isAtEnd) {
      cursor.read(entries);
      if (cursor[what] >= least) return { before: { offset, newlines }, after: markOf(cursor) };
      offset = cursor.offset;
      newlines = cursor.newlines;
    }
    return { before: { offset, newlines } };
  }

  #beginEntry(index: number): void {
    if (this.#count % BLOCK === 0) this.#blocks.push({ index, base: this.#last.copy() });
    this.#count += 1;
  }

  #push(offset: Offset, newlines: number, markBit: 0 | 1): void {
    const last = this.#last;
    this.#entries.push(offset - last.offset);
    this.#entries.push(2 * (newlines - last.newlines) + markBit);
    last.offset = offset;
    last.newlines = newlines;
  }
}

/** Reads on to the first checkpoint with at least so many newlines before it, if that is near. @returns whether it is there now */
function readUpTo({ entries, cursor }: EntryPlace, newlines: number): boolean {
  for (let read = 0; cursor.newlines < newlines; read += 1) {
    if (entries.isAtEnd || read > BLOCK) return false;
    cursor.read(entries);
  }
  return true;
}

function markOf({ offset, newlines, at }: Cursor): Mark {
  return { offset, newlines, ...(at !== undefined && { at }) };
}
