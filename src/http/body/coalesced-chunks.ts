/** A piece costs a Buffer object and an allocation of its own. From this size on they cost little beside its bytes. */
const JOINED_BYTES_MAX = 16 * 1024;

/** The pieces of a body that is read whole. Small pieces are joined, so that a body of single bytes takes the memory of its bytes. */
export class CoalescedChunks {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  /** Joins a piece with the pieces before it that have at most twice its size, and so on. Each byte is copied a few times at most. */
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
