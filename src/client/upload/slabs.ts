/** The size of a slab. Small pieces share one, so that each costs only its bytes. One read returns at most a slab. */
export const SLAB_BYTES = 64 * 1024;

/** A range of bytes in memory, by offset. Bytes that were read stay valid: a slab is written once. */
export class Slabs {
  #slabs: Uint8Array[] = [];
  /** The offset of the first slab's first byte. */
  #base: number;
  #end: number;

  constructor(at: number) {
    this.#base = at;
    this.#end = at;
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length; ) {
      const into = (this.#end - this.#base) % SLAB_BYTES;
      const slab = this.#slabAt(this.#end);
      const part = bytes.subarray(taken, taken + SLAB_BYTES - into);
      slab.set(part, into);
      taken += part.length;
      this.#end += part.length;
    }
  }

  /** Reads bytes at offset `at`: at most `bytesMax`, and none only at `end`. */
  read(at: number, bytesMax: number): Uint8Array {
    const slab = this.#slabs[Math.floor((at - this.#base) / SLAB_BYTES)];
    if (slab === undefined) return new Uint8Array(0);
    const from = (at - this.#base) % SLAB_BYTES;
    return slab.subarray(from, Math.min(from + bytesMax, from + this.#end - at, SLAB_BYTES));
  }

  /** Drops the slabs that lie wholly before `offset`. */
  dropBefore(offset: number): void {
    const count = Math.floor((Math.min(offset, this.#end) - this.#base) / SLAB_BYTES);
    if (count <= 0) return;
    this.#slabs.splice(0, count);
    this.#base += count * SLAB_BYTES;
  }

  #slabAt(offset: number): Uint8Array {
    const index = Math.floor((offset - this.#base) / SLAB_BYTES);
    const slab = this.#slabs[index] ?? new Uint8Array(SLAB_BYTES);
    this.#slabs[index] = slab;
    return slab;
  }
}
