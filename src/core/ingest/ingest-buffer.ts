/** What a piece costs beside its bytes: a Buffer object and its backing store. Keeps a million one-byte pieces bounded, too. */
export const PIECE_OVERHEAD = 256;

/** The pieces of one producer's body that are not yet on their way to the store. */
export class IngestBuffer {
  #pieces: Buffer[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An estimate of the memory held, in bytes. */
  get weight(): number {
    return this.#bytes + this.#pieces.length * PIECE_OVERHEAD;
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** Takes what came first, `bytesMax` bytes at the most. */
  take(bytesMax: number): Buffer[] {
    if (this.#bytes <= bytesMax) {
      const all = this.#pieces;
      this.#pieces = [];
      this.#bytes = 0;
      return all;
    }
    let room = bytesMax;
    let whole = 0;
    while (true) {
      const piece = this.#pieces[whole];
      if (piece === undefined || piece.length > room) break;
      room -= piece.length;
      whole += 1;
    }
    const taken = this.#pieces.splice(0, whole);
    const next = this.#pieces[0];
    if (room > 0 && next !== undefined) {
      taken.push(next.subarray(0, room));
      this.#pieces[0] = next.subarray(room);
      room = 0;
    }
    this.#bytes -= bytesMax - room;
    return taken;
  }
}
