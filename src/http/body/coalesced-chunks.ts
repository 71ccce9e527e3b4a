/** A small piece costs a Buffer object and an allocation of its own. From this size on they are nothing beside its bytes. */
const JOINED_BYTES_MAX = 16 * 1024;

/** The pieces of a body that is taken in whole. Small ones are joined, so that a body of single bytes takes the memory of its bytes. */
export class CoalescedChunks {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  /** Joins it with those before it that are no more than twice its size, and so on: each byte is copied a few times at the most. */
  push(piece: Buffer): void {
    this.#bytes += piece.length;
    let last = piece;
    for (let before = this.#chunks.at(-1); before !== undefined; before = this.#chunks.at(-1)) {
      const isJoined = before.length <= 2 * last.length && before.length + last.length <= JOINED_BYTES_MAX;
      if (!isJoined) break;
      this.#chunks.pop();
      last = Buffer.concat([before, last]);
    }
    this.#chunks.push(last);
  }

  clear(): void {
    this.#chunks.length = 0;
  }
}
