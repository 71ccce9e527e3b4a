import { sizeOf } from '../bytes/size-of';

const FIRST_BYTES = 64;
const SEVEN_BITS = 0x80;

/** What is in a segment. Growing one buffer would copy all of it in one turn of the event loop. */
const SEGMENT_BITS = 16;
const SEGMENT_BYTES = 2 ** SEGMENT_BITS;
const WITHIN_SEGMENT = SEGMENT_BYTES - 1;

/** Whole numbers from 0 to 2^53 - 1, one after the other, in as few bytes as each needs. */
export class VarintList {
  /** Each has `SEGMENT_BYTES`, but the last may be shorter. */
  readonly #segments: Buffer[] = [];
  #used = 0;

  /** @param bytes the chunks of another list, joined */
  constructor(bytes: Buffer = Buffer.alloc(0)) {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      this.#segments.push(bytes.subarray(at, at + SEGMENT_BYTES));
    this.#used = bytes.length;
  }

  /** The index after the last number. */
  get length(): number {
    return this.#used;
  }

  /** How much memory it takes. */
  get size(): number {
    return sizeOf(this.#segments);
  }

  /** Its bytes, in order. */
  get chunks(): readonly Buffer[] {
    return this.#segments.map((segment, i) => segment.subarray(0, this.#used - i * SEGMENT_BYTES));
  }

  /** Whether the last number is whole. */
  get endsWithNumber(): boolean {
    const at = this.#used - 1;
    return at < 0 || (this.#segments[at >> SEGMENT_BITS]?.[at & WITHIN_SEGMENT] ?? SEVEN_BITS) < SEVEN_BITS;
  }

  push(number: number): void {
    let rest = number;
    // Not by bits: those of JavaScript are 32.
    while (rest >= SEVEN_BITS) {
      this.#pushByte(SEVEN_BITS + (rest % SEVEN_BITS));
      rest = Math.floor(rest / SEVEN_BITS);
    }
    this.#pushByte(rest);
  }

  /** Begins to read at an index that `length` or a reader had. */
  readFrom(index: number): VarintReader {
    return new VarintReader(this.#segments, this.#used, index);
  }

  #pushByte(byte: number): void {
    let segment = this.#segments[this.#used >> SEGMENT_BITS];
    const at = this.#used & WITHIN_SEGMENT;
    if (segment === undefined || at >= segment.length) segment = this.#grow(segment);
    segment[at] = byte;
    this.#used += 1;
  }

  /** @param last that which is full, although it is shorter than a segment may be */
  #grow(last: Buffer = Buffer.alloc(0)): Buffer {
    const length = this.#segments.length <= 1 ? Math.ceil(last.length * 1.5) : SEGMENT_BYTES;
    const grown = Buffer.alloc(Math.min(SEGMENT_BYTES, Math.max(FIRST_BYTES, length)));
    last.copy(grown);
    this.#segments[this.#used >> SEGMENT_BITS] = grown;
    return grown;
  }
}

/** Reads the numbers of a `VarintList`, up to the last that it has at this moment. */
export class VarintReader {
  constructor(
    private readonly segments: readonly Buffer[],
    private readonly end: number,
    public index: number,
  ) {}

  get isAtEnd(): boolean {
    return this.index >= this.end;
  }

  next(): number {
    let number = 0;
    for (let factor = 1; ; factor *= SEVEN_BITS) {
      const byte = this.segments[this.index >> SEGMENT_BITS]?.[this.index & WITHIN_SEGMENT] ?? 0;
      this.index += 1;
      if (byte < SEVEN_BITS) return number + byte * factor;
      number += (byte - SEVEN_BITS) * factor;
    }
  }
}
