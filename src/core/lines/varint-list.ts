const FIRST_BYTES = 64;
const SEVEN_BITS = 0x80;

/** Whole numbers from 0 to 2^53 - 1, one after the other, in as few bytes as each needs. */
export class VarintList {
  #bytes: Buffer;
  #used: number;

  /** @param bytes what `bytes` of another list had */
  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes;
    this.#used = bytes.length;
  }

  /** The index after the last number. */
  get length(): number {
    return this.#used;
  }

  /** How much memory it takes. */
  get size(): number {
    return this.#bytes.length;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }

  push(number: number): void {
    if (this.#used + 8 > this.#bytes.length) this.#grow();
    let rest = number;
    // Not by bits: those of JavaScript are 32.
    while (rest >= SEVEN_BITS) {
      this.#bytes[this.#used] = SEVEN_BITS + (rest % SEVEN_BITS);
      this.#used += 1;
      rest = Math.floor(rest / SEVEN_BITS);
    }
    this.#bytes[this.#used] = rest;
    this.#used += 1;
  }

  /** Begins to read at an index that `length` or a reader had. */
  readFrom(index: number): VarintReader {
    return new VarintReader(this.bytes, index);
  }

  #grow(): void {
    const grown = Buffer.alloc(Math.max(FIRST_BYTES, Math.ceil(this.#used * 1.5)));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
  }
}

/** Reads the numbers of a `VarintList`. */
export class VarintReader {
  constructor(
    private readonly bytes: Buffer,
    public index: number,
  ) {}

  get isAtEnd(): boolean {
    return this.index >= this.bytes.length;
  }

  next(): number {
    let number = 0;
    for (let factor = 1; ; factor *= SEVEN_BITS) {
      const byte = this.bytes[this.index] ?? 0;
      this.index += 1;
      if (byte < SEVEN_BITS) return number + byte * factor;
      number += (byte - SEVEN_BITS) * factor;
    }
  }
}
