import { lowerBound } from '../log/lower-bound';
import { advance, type Offset, START } from '../log/offset';
import { VarintList, type VarintReader } from './varint-list';

/** How many lines there are from one mark to the next. */
export const MARK_LINES = 1_000;

/** How many checkpoints a lookup goes through at most. */
const BLOCK = 64;

/** How much memory a block takes beside its bytes. */
const BLOCK_BYTES = 64;

/** How many checkpoints are restored in one step. */
const RESTORED_PER_STEP = 4_096;

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

/** What an entry is a difference to. */
interface Base extends Checkpoint {
  /** The last time that is known. */
  readonly at: number;
}

interface Block {
  /** Of the entries, where those of the block begin. */
  readonly index: number;
  readonly base: Base;
}

const BEGINNING: Base = { offset: START, newlines: 0, at: 0 };

/**
 * Checkpoints in the order of their offsets, in about five bytes each. An entry has the differences of offset and newlines; that of a mark,
 * also the difference of the time and 1 more, or 0 if the time is not known.
 */
export class Checkpoints {
  readonly #entries: VarintList;
  readonly #blocks: Block[] = [];
  #last: Base = BEGINNING;
  #count = 0;

  /** @param bytes those of other checkpoints; `restore` is to be called then, before anything else */
  constructor(bytes?: Buffer) {
    this.#entries = new VarintList(bytes);
  }

  /** About how much memory they take. */
  get size(): number {
    return this.#entries.size + this.#blocks.length * BLOCK_BYTES;
  }

  get bytes(): Buffer {
    return this.#entries.bytes;
  }

  /** @param mark if it is a mark: its time, if that is known */
  add({ offset, newlines }: Checkpoint, mark?: { readonly at: number | undefined }): void {
    const base = this.#beginEntry(this.#entries.length);
    this.#entries.push(offset - base.offset);
    // The lowest bit says whether it is a mark.
    this.#entries.push(2 * (newlines - base.newlines) + (mark === undefined ? 0 : 1));
    // The times of a log do not go back.
    const at = mark?.at === undefined ? undefined : Math.max(mark.at, base.at);
    if (mark !== undefined) this.#entries.push(at === undefined ? 0 : at - base.at + 1);
    this.#last = { offset, newlines, at: at ?? base.at };
  }

  /** Goes through the bytes that were given, in steps. */
  *restore(): Generator<void, void> {
    const entries = this.#entries.readFrom(0);
    while (!entries.isAtEnd) {
      this.#last = readEntry(entries, this.#beginEntry(entries.index)).base;
      if (this.#count % RESTORED_PER_STEP === 0) yield;
    }
  }

  /** What is around the newline with this number, from 1. A mark behind it is right behind it if it has that many newlines. */
  aroundNewline(number: number): Surroundings {
    return this.#around(({ newlines }) => newlines >= number);
  }

  /** What is around the byte at `offset`. */
  aroundOffset(offset: Offset): Surroundings {
    return this.#around((one) => one.offset > offset);
  }

  /** @param isAfter if it holds for a checkpoint, it holds for all that follow */
  #around(isAfter: (one: Checkpoint) => boolean): Surroundings {
    const next = lowerBound(this.#blocks.length, (i) => i > 0 && isAfter(this.#blocks[i]?.base ?? BEGINNING));
    const block = this.#blocks[next - 1];
    if (block === undefined) return { before: BEGINNING };
    const entries = this.#entries.readFrom(block.index);
    for (let before = block.base; ; ) {
      if (entries.isAtEnd) return { before };
      const entry = readEntry(entries, before);
      if (isAfter(entry.base)) return { before, after: markOf(entry) };
      before = entry.base;
    }
  }

  #beginEntry(index: number): Base {
    if (this.#count % BLOCK === 0) this.#blocks.push({ index, base: this.#last });
    this.#count += 1;
    return this.#last;
  }
}

interface Entry {
  readonly base: Base;
  readonly at: number | undefined;
}

function readEntry(entries: VarintReader, { offset, newlines, at }: Base): Entry {
  const more = entries.next();
  const counted = entries.next();
  const time = counted % 2 === 0 ? 0 : entries.next();
  const known = time === 0 ? undefined : at + time - 1;
  const base = {
    offset: advance(offset, more),
    newlines: newlines + Math.floor(counted / 2),
    at: known ?? at,
  };
  return { base, at: known };
}

function markOf({ base: { offset, newlines }, at }: Entry): Mark {
  return { offset, newlines, ...(at !== undefined && { at }) };
}
